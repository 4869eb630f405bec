"""What tests of accuracy share."""

from accuracy.economy import scored

__all__ = ["scored"]
