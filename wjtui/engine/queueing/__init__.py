"""Starts that wait: what is refused, what is kept, whose turn it is, and what follows from an end."""
