"""Keeping jobs going."""
