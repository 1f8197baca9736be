"""What a client is, pure."""

from enum import StrEnum


class ClientKind(StrEnum):
    """A client is a person or a company."""

    PERSON = "person"
    COMPANY = "company"
