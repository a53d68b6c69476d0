"""Jobs brought in, put in place, kept, and taken out."""
