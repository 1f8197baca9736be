"""Accounts: one per person across firms, and the user names they carry."""
