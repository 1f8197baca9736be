"""From the notices area to the contracts."""

from collections.abc import Sequence
from uuid import UUID

from event_contracts.firms import NoticeAudience, NoticeIssued, NoticeLine
from event_contracts.people import FirmRef
from service_kit.ids import new_id


def notice_issued(
    audience: NoticeAudience, account_id: UUID, firm: FirmRef, lines: Sequence[NoticeLine]
) -> NoticeIssued:
    """One mail in the firm's name to somebody who has an account; notifier knows where it goes."""
    return NoticeIssued(notice_id=new_id(), audience=audience, account_id=account_id, firm=firm, lines=tuple(lines))
