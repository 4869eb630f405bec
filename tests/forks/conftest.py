"""The same quick place for ledgers as the tests of the build have."""

from build.conftest import room

__all__ = ["room"]
