"""From what a firm tells its holders, managers and people (A12, M8, I11) to message rows: pure, nothing rendered."""

from types import MappingProxyType
from uuid import UUID

from event_contracts import Event
from event_contracts.firms import NoticeAudience, NoticeIssued, NoticeLine

from notifier_service.messages import rows
from notifier_service.messages.domain import Template, erasure_of, language_for, plain_line, plain_text
from notifier_service.messages.rows import Row
from notifier_service.templates.parameters import NoticeLineParameters, NoticeParameters

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
    )
