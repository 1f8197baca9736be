"""Passwords: what is accepted as one, and how they are hashed."""
