"""The journal: who did what, by which rule and when, append-only (A11)."""
