"""Web hooks of an engine: who is told of what, over HTTP, without holding anything up (spec 6.7)."""
