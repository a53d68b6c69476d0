"""Azure WebJobs on any Linux machine, in a terminal."""

__version__ = "0.1.0"
