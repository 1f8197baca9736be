"""Migrations of identity's database, oldest first; one that was released is never edited."""
