"""What the explaining area takes and shows."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from event_contracts.dossier import ClosedAccess
from event_contracts.people import Right
from fastapi import Query
from pydantic import BeforeValidator
from service_kit.http.problems import field_error

from dossier_service.access.domain import REASONS, GiverKind, Hindrance, Party
from dossier_service.access.explain.domain import Openers, OutsideOpener, StaffOpener
from dossier_service.access.explain.repository import CandidateRow
from dossier_service.edge.fields import Output

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def _moment(value: object) -> object:
    """A moment with its zone: a date alone, or a time without one, would be some other moment elsewhere."""
    try:
        if isinstance(value, str) and _RFC3339.fullmatch(value):
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    detail = "Write a moment as in RFC 3339, for example 2026-03-03T10:00:00Z (a + in a query is written %2B)."
    raise field_error("moment_malformed", detail, "A11")


At = Annotated[
    datetime | None,
    BeforeValidator(_moment),
    Query(description="A past moment of RFC 3339; left out, now. `2026-03-03T10:00:00Z`"),
]


class StaffAccess(Output):
    """A member of staff who can open the dossier, by which rule and since when."""

    membership_id: UUID
    account_id: UUID | None
    name: str
    party: Party
    since: datetime
    rule: str

    @classmethod
    def of(cls, opener: StaffOpener) -> "StaffAccess":
        return cls(**{name: getattr(opener, name) for name in cls.model_fields})


class HindranceView(Output):
    """What keeps a grant from opening anything though it stays as it is."""

    hindrance: Hindrance
    rule: str
    reason: str

    @classmethod
    def of(cls, hindrance: Hindrance) -> "HindranceView":
        refusal = REASONS[hindrance]
        return cls(hindrance=hindrance, rule=refusal.rule, reason=refusal.reason)


class GrantAccess(Output):
    """Somebody outside the firm with an active grant: since when, who gave it by which rule, what limits it.

    `limited`: it opens from some addresses only (A9); `networks` are these, empty for none, null where not told.
    Names and roles of people are today's; a role that changed is the one of the moment asked about.
    """

    grant_id: UUID
    person_id: UUID
    account_id: UUID | None
    name: str
    party: Party
    right: Right
    since: datetime
    rule: str
    given_by: UUID
    given_by_kind: GiverKind
    given_by_name: str
    limited: bool
    networks: tuple[str, ...] | None
    branch_id: UUID | None
    hindrances: tuple[HindranceView, ...]

    @classmethod
    def of(cls, opener: OutsideOpener) -> "GrantAccess":
        plain = ("grant_id", "person_id", "account_id", "name", "party", "right", "since", "rule")
        limits = ("limited", "networks", "branch_id")
        return cls(
            **{name: getattr(opener, name) for name in (*plain, *limits)},
            given_by=opener.giver.id,
            given_by_kind=opener.giver.kind,
            given_by_name=opener.giver.name,
            hindrances=tuple(map(HindranceView.of, opener.hindrances)),
        )


class WhoOut(Output):
    """Who can open a dossier, or could at a past moment; `closed` says what outside parties keep of a closed one."""

    dossier_id: UUID
    at: datetime
    closed: ClosedAccess | None
    staff: tuple[StaffAccess, ...]
    outside: tuple[GrantAccess, ...]

    @classmethod
    def of(cls, dossier_id: UUID, at: datetime, openers: Openers) -> "WhoOut":
        return cls(
            dossier_id=dossier_id,
            at=at,
            closed=openers.closed,
            staff=tuple(map(StaffAccess.of, openers.staff)),
            outside=tuple(map(GrantAccess.of, openers.outside)),
        )


class OpenedDossier(Output):
    """A dossier that a person can open: as staff, by grants, or both."""

    dossier_id: UUID
    dossier_name: str
    firm_id: UUID
    firm_name: str
    closed: ClosedAccess | None
    staff: tuple[StaffAccess, ...]
    grants: tuple[GrantAccess, ...]

    @classmethod
    def of(cls, row: CandidateRow, openers: Openers) -> "OpenedDossier":
        return cls(
            dossier_id=row.id,
            dossier_name=row.name,
            firm_id=row.firm_id,
            firm_name=row.firm_name,
            closed=openers.closed,
            staff=tuple(map(StaffAccess.of, openers.staff)),
            grants=tuple(map(GrantAccess.of, openers.outside)),
        )


def opened_dossiers(opened: Sequence[tuple[CandidateRow, Openers]]) -> list[OpenedDossier]:
    """The items of a page."""
    return [OpenedDossier.of(row, openers) for row, openers in opened]
