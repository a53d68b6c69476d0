"""Desks: what the commands of the table do; each knows one part of the screen, and none knows job logic."""
