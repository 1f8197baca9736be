"""Ladders: the reminders of one invitation (or other subject), armed by its first mail, stopped when nobody waits."""
