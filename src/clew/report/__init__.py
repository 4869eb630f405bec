"""An answer, set as a page."""
