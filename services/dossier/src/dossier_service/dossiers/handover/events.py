"""From the handover area to the contracts."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from event_contracts.dossier import DossierHandedOver
from event_contracts.firms import NoticeKind, NoticeLine

from dossier_service.dossiers.tables import Dossier


def dossier_handed_over(dossier: Dossier, manager_name: str, offer_ids: Sequence[UUID]) -> DossierHandedOver:
    """What is still mailed about these offers goes out in the new manager's name."""
    return DossierHandedOver(
        dossier_id=dossier.id, firm_id=dossier.firm_id, manager_name=manager_name, offer_ids=tuple(offer_ids)
    )


def news(dossier: Dossier, at: datetime, by: str, reason: str) -> NoticeLine:
    """As the new manager reads it."""
    return NoticeLine(
        kind=NoticeKind.HANDED_OVER,
        at=at,
        dossier_id=dossier.id,
        dossier_name=dossier.name,
        by=by,
        reason=reason,
    )
