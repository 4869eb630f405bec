"""Patterns by which proceeds are concealed, one file each, and what can be seen of a service's money.

A pattern finds *candidates*: what it shows is also what innocent people do, and each says which.
"""
