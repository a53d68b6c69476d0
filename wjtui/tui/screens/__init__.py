"""Layout and focus, one screen a file."""
