"""An economy as it runs, and what is written of it."""
