"""Grants: offered, changed, withdrawn and activated, one live one per person of a dossier."""
