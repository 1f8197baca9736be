"""Closing and reopening a dossier: what outside parties keep of it, and who is told."""
