"""From the closing area to the contracts."""

from datetime import datetime

from event_contracts.dossier import ClosedAccess, DossierClosed, DossierReopened
from event_contracts.firms import NoticeKind, NoticeLine

from dossier_service.dossiers.tables import Dossier


def dossier_closed(dossier: Dossier, access: ClosedAccess) -> DossierClosed:
    return DossierClosed(dossier_id=dossier.id, firm_id=dossier.firm_id, access=access)


def dossier_reopened(dossier: Dossier) -> DossierReopened:
    return DossierReopened(dossier_id=dossier.id, firm_id=dossier.firm_id)


def news(
    kind: NoticeKind, dossier: Dossier, at: datetime, by: str, reason: str, keeps: ClosedAccess | None
) -> NoticeLine:
    """As a mail tells it; why is said to staff only, for whom it was written down."""
    return NoticeLine(
        kind=kind,
        at=at,
        dossier_id=dossier.id,
        dossier_name=dossier.name,
        by=by,
        reason=reason if keeps is None else None,
        closed_access=keeps,
    )
