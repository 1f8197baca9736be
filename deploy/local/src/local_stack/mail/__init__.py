"""The mail catcher: SMTP in, messages on disk, a read-only listing over HTTP. Sends nothing on."""
