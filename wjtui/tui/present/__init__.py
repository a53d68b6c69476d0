"""Values turned into text for people; pure, no widgets."""
