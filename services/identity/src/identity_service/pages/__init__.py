"""The server-rendered pages: invitation, sign-in, the signed-in person's page."""
