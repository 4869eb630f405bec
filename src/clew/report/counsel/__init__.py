"""Pages for counsel: what can be charged, what bars extradition, which periods run; in English and Korean."""
