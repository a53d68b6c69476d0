"""The composition root: attach to an engine, start one, or be one."""
