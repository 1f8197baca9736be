"""Security: sealed values, encryption at rest, access tokens, and what a secret setting must be worth."""
