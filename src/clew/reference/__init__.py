"""Facts that somebody asserts, each with its source: who is said to hold an address."""
