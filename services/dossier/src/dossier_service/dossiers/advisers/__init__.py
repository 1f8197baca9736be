"""The outside advisers of a dossier: registered by its manager before they may be given access (A6)."""
