"""What a client is and what its record may say, pure: every way in passes these functions."""

from dossier_service.clients.domain.codes import checked_code
from dossier_service.clients.domain.fields import (
    ADDRESSES,
    FIELDS,
    FIRMS_OWN,
    FOR_STAFF,
    IDENTITY,
    NUMBERS,
    PHONES,
    checked,
    refuse,
    why_not_together,
)
from dossier_service.clients.domain.payers import why_not_billed_to, why_unknown_payer
from dossier_service.clients.domain.values import ClientKind, ClientStatus

__all__ = [
    "ADDRESSES",
    "FIELDS",
    "FIRMS_OWN",
    "FOR_STAFF",
    "IDENTITY",
    "NUMBERS",
    "PHONES",
    "ClientKind",
    "ClientStatus",
    "checked",
    "checked_code",
    "refuse",
    "why_not_billed_to",
    "why_not_together",
    "why_unknown_payer",
]
