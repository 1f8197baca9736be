"""The sections of a dossier that hold content: family structure and asset inventory."""
