"""The rights page: everybody of a dossier's tree, with or without a right, and how far each right has come (A15)."""
