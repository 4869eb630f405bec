"""The waist of the house: immutable columns at one chain tip."""
