"""How firms' mails look, as dossier says it (R5)."""
