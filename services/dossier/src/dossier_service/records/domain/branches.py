"""To which branch of the firm a record belongs (A9). Pure."""

from uuid import UUID


def branch_to_write(limited_to: UUID | None, wanted: UUID | None) -> UUID | None:
    """What somebody limited to a branch writes belongs to it, whatever they say."""
    return limited_to or wanted
