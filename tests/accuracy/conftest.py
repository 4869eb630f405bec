"""What tests of accuracy share."""

from accuracy.economy import scored
from cli.conftest import inside

__all__ = ["inside", "scored"]
