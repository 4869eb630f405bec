"""How like simulated economies are to the real ledger: measures, published figures, distances."""
