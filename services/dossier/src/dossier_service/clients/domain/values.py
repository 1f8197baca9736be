"""The words of a client's record, as the API spells them."""

from enum import StrEnum


class ClientKind(StrEnum):
    """A client is a person or a company."""

    PERSON = "person"
    COMPANY = "company"


class ClientStatus(StrEnum):
    """Whether the firm works for the client at the moment [004]."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    PROSPECT = "prospect"
