"""Runs and launches on disk."""
