"""Which part of the client record somebody reaches: "own company, own branch", "own" of the family (A7). Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from event_contracts.people import Right
from service_kit.errors import FieldError, Forbidden

from dossier_service.access.domain import GrantStanding, GrantState, Standing
from dossier_service.clients.domain import ADDRESSES, FIELDS, FIRMS_OWN, PHONES, ClientKind
from dossier_service.dossiers.people.domain import CENTRAL_ROLES, TREE_ROLES, PersonRole

RULE = "A7"
CONTACT_WRITES = frozenset(FIELDS) - frozenset(FIRMS_OWN)
"""What a contact keeps right of their own company: everything but what the firm says of it [004]."""
HOLDER_WRITES = frozenset({*ADDRESSES, *PHONES, "website"})
"""What a holder who is the client keeps right of their own record; who they are is the firm's to say."""


@dataclass(frozen=True, slots=True)
class ClientFacts:
    """What the law needs to know of a dossier's client."""

    kind: ClientKind
    branch_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the client record goes for somebody.

    `branches`: those whose client's record they may see, all when it is empty. `writes`: the fields of it that they may
    change. `people`: of whom they reach the personal record and with which right; `everybody` is the whole tree, to
    write.
    """

    client: bool = False
    branches: frozenset[UUID] = frozenset()
    writes: frozenset[str] = frozenset()
    everybody: bool = False
    people: Mapping[UUID, Right] = field(default_factory=dict)

    @property
    def is_nothing(self) -> bool:
        return not (self.client or self.everybody or self.people)

    def of_person(self, person_id: UUID) -> Right | None:
        """With which right they reach a person's record, if they do."""
        return Right.WRITE if self.everybody else self.people.get(person_id)


def reach_of(standing: Standing, client: ClientFacts) -> Reach:
    """Staff reach all of it; everybody else what is their own, by each of their active grants."""
    if standing.is_staff:
        return Reach(client=True, writes=frozenset(FIELDS), everybody=True)
    grants = [grant for grant in standing.grants if grant.state is GrantState.ACTIVE]
    people: dict[UUID, Right] = {}
    for grant in grants:
        if grant.role in TREE_ROLES and people.get(grant.person_id) is not Right.WRITE:
            people[grant.person_id] = grant.right
    seen = [grant for grant in grants if _is_own(grant, client)]
    writes = frozenset[str]().union(*(_written_by(grant) for grant in seen))
    return Reach(client=bool(seen), branches=_branches(seen), writes=writes, people=people)


def _branches(seen: Collection[GrantStanding]) -> frozenset[UUID]:
    """The limits of the grants; one without a limit lifts those of the others."""
    limits = {grant.branch_id for grant in seen}
    return frozenset() if None in limits else frozenset(branch for branch in limits if branch is not None)


def _is_own(grant: GrantStanding, client: ClientFacts) -> bool:
    """A contact's company, of their branch if it has one; a client who is a person, to the dossier's centre."""
    if grant.role is PersonRole.CLIENT:
        return grant.branch_id is None or client.branch_id in {None, grant.branch_id}
    return client.kind is ClientKind.PERSON and grant.role in CENTRAL_ROLES


def _written_by(grant: GrantStanding) -> frozenset[str]:
    if grant.right is not Right.WRITE:
        return frozenset()
    return {PersonRole.CLIENT: CONTACT_WRITES, PersonRole.HOLDER: HOLDER_WRITES}.get(grant.role, frozenset())


def refusal_to_write(reach: Reach, fields: Collection[str]) -> Forbidden | None:
    """Why somebody may not change these fields of the client's record, each of them named."""
    if not reach.writes:
        return Forbidden("not_allowed", "The client's own record is not yours to write.", rule=RULE)
    others = sorted(set(fields) - reach.writes)
    if not others:
        return None
    detail = "This is the firm's to change."
    named = tuple(FieldError(name, "field_of_firm", detail, RULE) for name in others)
    return Forbidden("field_of_firm", f"The firm alone changes: {', '.join(others)}.", rule=RULE, fields=named)


def why_not_born(birth_date: date | None, latest: date) -> tuple[FieldError, ...]:
    """Nobody is born tomorrow; `latest` is the latest day that is not in the future anywhere."""
    if birth_date is None or birth_date <= latest:
        return ()
    return (FieldError("birth_date", "birth_in_future", "A date of birth is not in the future.", RULE),)
