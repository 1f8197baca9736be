"""Handing dossiers over to another manager: one, or all of a manager's (A1)."""
