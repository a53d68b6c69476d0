"""Values <-> JSON: the shapes of the REST API and the event stream."""
