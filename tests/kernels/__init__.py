"""Tests of the kernels, each against its slow twin."""
