"""Tools that know nothing of jobs; standard library only."""
