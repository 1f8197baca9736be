"""Where accounts have their mails, as identity says it."""
