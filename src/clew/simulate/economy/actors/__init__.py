"""Who acts in an economy."""
