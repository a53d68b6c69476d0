"""Values that every room shares; no input, no output."""
