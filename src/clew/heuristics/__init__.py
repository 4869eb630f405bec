"""Rules that put addresses under one control, one file each."""
