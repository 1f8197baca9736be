"""Who can open what, and who could: pure, whether the tables of today or the journal's past are asked (A11, A12)."""

from dossier_service.access.explain.domain.folding import (
    ACTIONS,
    KnownGrant,
    KnownPlace,
    Recorded,
    mentioned_places,
    openers_of,
)
from dossier_service.access.explain.domain.openers import (
    Openers,
    OutsideOpener,
    StaffOpener,
    from_here,
    hindrances,
    in_order,
    shown_outside,
)

__all__ = [
    "ACTIONS",
    "KnownGrant",
    "KnownPlace",
    "Openers",
    "OutsideOpener",
    "Recorded",
    "StaffOpener",
    "from_here",
    "hindrances",
    "in_order",
    "mentioned_places",
    "openers_of",
    "shown_outside",
]
