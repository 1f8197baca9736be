"""dossier_service."""
