"""An engine somewhere else."""
