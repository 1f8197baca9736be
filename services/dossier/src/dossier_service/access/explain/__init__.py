"""Explaining: who can open a dossier, what a person can open, and the same at a past date (A11)."""
