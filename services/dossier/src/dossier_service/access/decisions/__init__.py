"""Decisions: may this account do this, answered one by one or in batches, with the reason (A7, A11)."""
