"""Rules that tell which output is change: what was left over, and went back to who paid."""
