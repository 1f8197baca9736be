"""Signing keys: Ed25519 pairs, their rotation and their public half as JWKS."""
