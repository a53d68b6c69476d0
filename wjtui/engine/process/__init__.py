"""One operating-system process group."""
