"""Parses and prints, nothing else."""
