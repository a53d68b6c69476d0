"""HTTP in front of any JobService."""
