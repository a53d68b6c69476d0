"""One log file, written and read; no engine, no screen."""
