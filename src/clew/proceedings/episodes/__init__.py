"""Conduct episodes proposed from a schedule of acts, for a person to accept."""
