"""The family tree of a dossier: its holder, co-holder and family members, and how they are related."""
