"""Money followed from transaction to transaction; what a trace is says ``docs/trace.md``."""
