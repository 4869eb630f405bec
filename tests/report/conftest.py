"""What tests of reports share."""

from accuracy.economy import scored

__all__ = ["scored"]
