"""What the dossier service keeps of the other services: accounts, invitations, mails, reminders, ended sessions."""
