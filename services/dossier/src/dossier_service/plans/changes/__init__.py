"""Changes that clients submit to a published plan: applied as its next version, or rejected with a reason (P3)."""
