"""The protocol in plain Python: the second opinion."""
