"""Who works for which firm, as dossier says, and who of them calls (A13, A14)."""
