"""Records of people's work on a case: who asked for what, what for, and what came of it."""
