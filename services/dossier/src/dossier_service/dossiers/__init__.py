"""Dossiers: everything kept for one client, its manager and its team."""
