"""From what a firm tells holders, managers and people (A12, M8, I11, P2) to message rows: pure, nothing rendered."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from event_contracts import Event
from event_contracts.firms import NoticeAudience, NoticeIssued, NoticeLine
from event_contracts.plans import PlanPublished

from notifier_service.messages import rows
from notifier_service.messages.domain import (
    Template,
    erasure_of,
    language_for,
    plain_line,
    plain_text,
    portal_user_of,
)
from notifier_service.messages.rows import Row
from notifier_service.templates.parameters import NoticeLineParameters, NoticeParameters, PlanParameters

TEMPLATES = MappingProxyType(
    {
        NoticeAudience.HOLDER: Template.HOLDER_NOTICE,
        NoticeAudience.MANAGER: Template.MANAGER_NOTICE,
        NoticeAudience.PERSON: Template.PERSON_NOTICE,
    }
)


def notice_row(event: Event[NoticeIssued], message_id: UUID) -> Row:
    """One mail for all lines, to the address that the account has when it is sent.

    It is not a mail about an offer: what became of it says nothing of the mails to the person who was offered one.
    """
    data = event.data
    parameters = NoticeParameters(
        firm_name=plain_line(data.firm.name, "firm.name"), lines=tuple(map(_line, data.lines))
    )
    return rows.row(
        event,
        message_id,
        template=TEMPLATES[data.audience],
        to_account=True,
        # Until the account's own language is looked up (M1).
        language=language_for(data.firm.language),
        dedup_key=f"notice:{data.notice_id}",
        parameters=parameters.model_dump(mode="json"),
        firm_id=data.firm.firm_id,
        account_id=data.account_id,
        concerns=[erasure_of(data.account_id)],
    )


def grants_of(data: PlanPublished) -> Mapping[UUID, Sequence[UUID]]:
    """The grants of each account that a plan was published to: who opens the dossier twice is told once."""
    found: dict[UUID, list[UUID]] = {}
    for recipient in data.recipients:
        found.setdefault(recipient.account_id, []).append(recipient.grant_id)
    return found


def plan_row(event: Event[PlanPublished], message_id: UUID, account_id: UUID, grant_ids: Sequence[UUID]) -> Row:
    """The mail that a plan was published, to the address that the account has when it is sent (P2).

    It is a mail about these grants: what became of it shows beside them on the rights page (A15).
    """
    data = event.data
    parameters = PlanParameters(
        firm_name=plain_line(data.firm.name, "firm.name"),
        dossier_name=plain_line(data.dossier_name, "dossier_name"),
        plan_title=plain_line(data.title, "title"),
        version=data.version,
        published_by=plain_line(data.published_by, "published_by"),
        custom_text=plain_text(data.custom_text),
    )
    return rows.row(
        event,
        message_id,
        template=Template.PLAN_PUBLISHED,
        to_account=True,
        # Until the account's own language is looked up (M1).
        language=language_for(data.firm.language),
        dedup_key=f"plan:{data.publication_id}:{account_id}",
        parameters=parameters.model_dump(mode="json"),
        firm_id=data.firm.firm_id,
        account_id=account_id,
        # Of several accesses one may end, and the others still open the plan.
        concerns=[
            *(grant_ids if len(grant_ids) == 1 else ()),
            portal_user_of(data.firm.firm_id, account_id),
            erasure_of(account_id),
        ],
        offer_ids=list(grant_ids),
    )


def _line(line: NoticeLine) -> NoticeLineParameters:
    return NoticeLineParameters(
        kind=line.kind,
        at=line.at,
        dossier_name=rows.optional_line(line.dossier_name, "line.dossier_name"),
        person_name=rows.optional_line(line.person_name, "line.person_name"),
        role=rows.optional_line(line.role, "line.role"),
        right=line.right,
        previous_right=line.previous_right,
        by=rows.optional_line(line.by, "line.by"),
        reason=plain_text(line.reason),
        plan_title=rows.optional_line(line.plan_title, "line.plan_title"),
        closed_access=line.closed_access,
    )
