"""The ledger for other programs: SQL over its columns, and Parquet."""
