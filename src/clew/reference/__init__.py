"""Facts that somebody asserts, each with its source."""
