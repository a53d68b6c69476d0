"""The API of Kudu, for clients that know nothing of wjtui (spec 8)."""
