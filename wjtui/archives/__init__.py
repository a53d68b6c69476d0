"""Archives that somebody else has made: judged whole, then unpacked without trusting them (spec 9.2, 9.3)."""
