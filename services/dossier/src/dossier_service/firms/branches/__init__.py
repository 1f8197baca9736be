"""The branches of a firm (A9)."""
