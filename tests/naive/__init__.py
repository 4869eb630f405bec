"""Slow, obvious twins of what Clew computes fast."""
