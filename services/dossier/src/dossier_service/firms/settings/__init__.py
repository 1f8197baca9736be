"""A firm's own policy: reminders, sender, colour and logo (R5)."""
