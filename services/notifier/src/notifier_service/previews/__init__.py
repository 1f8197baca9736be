"""A mail as it would look, for a firm's staff, before anything is sent (M3)."""
