"""The switch that holds outgoing mail, for one firm or for all, and what it holds (M6)."""
