"""Which jobs exist, and what their files say."""
