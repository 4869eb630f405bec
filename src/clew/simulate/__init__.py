"""Economies whose truth is known, written as block files."""
