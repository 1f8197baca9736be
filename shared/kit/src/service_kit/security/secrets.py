"""What a secret setting must be worth: not empty, no placeholder, not short, not repetitive; it is never shown."""

import re

SHORTEST = 16
_FEWEST_DIFFERENT_CHARACTERS = 6
# Whole words only: a random secret may contain any of these by chance, next to other letters.
_PLACEHOLDER = re.compile(
    r"(?<![a-z0-9])(change[-_ ]?(me|it|this)|default|dummy|example|fixme|insecure|placeholder|replace[-_ ]?(me|this)|"
    r"sample|secret|password|test|todo|your[-_ ].*|xxx+)(?![a-z0-9])",
    re.IGNORECASE,
)


def weakness_of(value: str, *, shortest: int = SHORTEST) -> str | None:
    """Why this value is no secret, in words that may be printed, or None when it will do."""
    if not value.strip():
        return "is empty"
    if _PLACEHOLDER.search(value):
        return "is a placeholder"
    if len(value) < shortest:
        return f"is shorter than {shortest} characters"
    if len(set(value)) < _FEWEST_DIFFERENT_CHARACTERS:
        return "repeats a few characters"
    return None
