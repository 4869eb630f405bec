"""Who acts in a simulated economy: one file per trade."""
