"""Numba lives here only: arrays in, arrays out."""
