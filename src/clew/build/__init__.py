"""The write wing: from block files to a ledger."""
