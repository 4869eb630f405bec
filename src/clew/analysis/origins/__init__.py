"""Where payments came from: the way back to the first service that could know the customer."""
