"""Setting up the portal of a new client in one call (P1): client, dossier, people, modules and invitations."""
