"""What is to be sent: one row per message, with its state (M4)."""
