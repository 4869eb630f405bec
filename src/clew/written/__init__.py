"""What people write for Clew: YAML whose values know their lines, its faults, and names of persons in it."""
