"""The supervisor and scheduler of one root; knows nothing of screens or HTTP."""
