"""Migrations of the notifier database."""
