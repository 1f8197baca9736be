"""Who may open a dossier: grants, decisions and the rights page, all under one pure law."""
