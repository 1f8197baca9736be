"""The scheduler service: keeps the ladders of reminders and says when a step is due (R1 to R5)."""
