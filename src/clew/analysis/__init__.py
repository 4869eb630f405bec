"""The read wing: the questions."""
