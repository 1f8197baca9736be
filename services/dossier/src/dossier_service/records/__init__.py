"""The sections of a dossier that hold content: one engine for records of every kind, and the family structure."""
