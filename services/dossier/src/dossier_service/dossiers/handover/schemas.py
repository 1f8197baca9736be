"""What the handover area takes and gives over HTTP."""

from collections.abc import Sequence
from uuid import UUID

from dossier_service.dossiers.tables import Dossier
from dossier_service.edge.fields import Input, Output, Reason


class HandoverIn(Input):
    """Who becomes the manager, and why; the reason is kept in the journal and told to the new manager."""

    membership_id: UUID
    reason: Reason


class HandedOverDossier(Output):
    """A dossier by name."""

    id: UUID
    name: str


class HandedOver(Output):
    """The dossiers that have another manager now, all of them."""

    dossiers: tuple[HandedOverDossier, ...]

    @classmethod
    def of(cls, dossiers: Sequence[Dossier]) -> "HandedOver":
        return cls(dossiers=tuple(HandedOverDossier(id=one.id, name=one.name) for one in dossiers))
