"""From the changes area to the contracts."""

from datetime import datetime
from typing import Any

from event_contracts.firms import NoticeKind, NoticeLine
from event_contracts.plans import PlanChangeApplied, PlanChangeRejected, PlanChangeSubmitted

from dossier_service.access.domain import GrantStanding
from dossier_service.dossiers.tables import Dossier
from dossier_service.plans.changes.tables import PlanChange


def change_submitted(change: PlanChange, dossier: Dossier) -> PlanChangeSubmitted:
    return PlanChangeSubmitted(account_id=change.submitted_by, **_about(change, dossier))


def change_applied(change: PlanChange, dossier: Dossier, version: int) -> PlanChangeApplied:
    return PlanChangeApplied(version=version, **_about(change, dossier))


def change_rejected(change: PlanChange, dossier: Dossier) -> PlanChangeRejected:
    return PlanChangeRejected(**_about(change, dossier))


def _about(change: PlanChange, dossier: Dossier) -> dict[str, Any]:
    return {
        "plan_id": change.plan_id,
        "dossier_id": dossier.id,
        "change_id": change.id,
        "firm_id": dossier.firm_id,
        "base_version": change.base_version,
    }


def submitted_line(dossier: Dossier, title: str, grant: GrantStanding, at: datetime) -> NoticeLine:
    """What the manager hears (P3)."""
    return NoticeLine(
        kind=NoticeKind.CHANGE_SUBMITTED,
        at=at,
        dossier_id=dossier.id,
        dossier_name=dossier.name,
        person_name=grant.person_name,
        role=grant.role,
        plan_title=title,
    )


def settled_line(
    kind: NoticeKind, dossier: Dossier, title: str, by: str, at: datetime, reason: str | None
) -> NoticeLine:
    """What the submitter hears: applied, or rejected with the reason (P3)."""
    return NoticeLine(
        kind=kind,
        at=at,
        dossier_id=dossier.id,
        dossier_name=dossier.name,
        plan_title=title,
        by=by,
        reason=reason,
    )
