"""Invitations: what firms offered, the links that were sent for it, and their acceptance."""
