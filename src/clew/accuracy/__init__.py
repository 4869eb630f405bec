"""How often conclusions are wrong: measured where the truth is known, and never guessed."""
