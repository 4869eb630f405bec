"""How a model of change is trained; nothing that answers questions imports it."""
