"""``settings.job``: read as people write it, checked, edited; no files."""
