"""Who a plan may be published to, and who hears of it (P2, M5, A8, A9, I11); pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from service_kit.errors import Conflict, FieldError, Invalid, NotFound

from dossier_service.access.domain import LIVE, GrantState, Refusal, Section, Standing
from dossier_service.dossiers.people.domain import PersonRole

RULE = "P2"
MOST_RECIPIENTS = 100
_CLOSED = Refusal("conflict", "dossier_closed", "P2", "nothing is published on a closed dossier: reopen it first")
_LEFT_OUT = Refusal("conflict", "module_left_out", "A8", "plans were left out of this dossier's portal")
_ENDED = Refusal("conflict", "grant_ended", "P2", "this access has ended: there is no portal to publish to")
_DECEASED = Refusal("conflict", "person_deceased", "A5", "the death of this person was recorded")
_DEACTIVATED = Refusal("conflict", "portal_user_deactivated", "I11", "the firm deactivated this portal user")
_OTHER_BRANCH = Refusal("conflict", "other_branch", "A9", "this contact's access is limited to another branch")
_UNDELIVERABLE = Refusal("conflict", "address_undeliverable", "M5", "mails to this person come back")


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody with a grant on the dossier: `email` is the firm's own for them, `account_id` once there is one."""

    grant_id: UUID
    person_id: UUID
    name: str
    role: PersonRole
    state: GrantState
    email: str
    account_id: UUID | None = None
    branch_id: UUID | None = None
    deceased: bool = False
    deactivated: bool = False
    undeliverable: bool = False

    @property
    def has_joined(self) -> bool:
        """Who has not is told nothing now: the plan is there when they join."""
        return self.state is GrantState.ACTIVE


@dataclass(frozen=True, slots=True)
class Choice:
    """One of those chosen: the reader behind the grant named, if there is one here; is the address the firm's."""

    reader: Reader | None
    confirmed: bool


def why_not_publish(standing: Standing) -> Refusal | None:
    """A closed dossier, or one whose portal has no plans, is published to by nobody (P2, A8)."""
    if standing.closed is not None:
        return _CLOSED
    return _LEFT_OUT if Section.PLANS not in standing.modules else None


def check_choice(grants: Sequence[UUID]) -> None:
    """Somebody is chosen, and nobody twice (P2)."""
    if not grants:
        detail = "Choose at least one person to publish to."
        raise Invalid(
            "nobody_chosen", detail, rule=RULE, fields=(FieldError("recipients", "nobody_chosen", detail, RULE),)
        )
    twice = [place for place, grant in enumerate(grants) if grant in grants[:place]]
    if twice:
        detail = "This person is chosen already."
        fields = tuple(FieldError(f"recipients.{place}.grant_id", "chosen_twice", detail, RULE) for place in twice)
        raise Invalid("chosen_twice", "Somebody is chosen twice.", rule=RULE, fields=fields)


def check_readers(choices: Sequence[Choice], branch_id: UUID | None) -> None:
    """Raises unless a plan, of one branch perhaps, may be published to everybody chosen; names each who stops it."""
    unknown = [place for place, choice in enumerate(choices) if choice.reader is None]
    if unknown:
        detail = "Nothing with this id is known here."
        fields = tuple(FieldError(f"recipients.{place}.grant_id", "not_found", detail, "A13") for place in unknown)
        raise NotFound("not_found", detail, rule="A13", fields=fields)
    found = [(place, why_not_publish_to(choice, branch_id)) for place, choice in enumerate(choices)]
    stopped = [(place, refusal) for place, refusal in found if refusal is not None]
    if stopped:
        fields = tuple(
            FieldError(f"recipients.{place}.{_FIELDS.get(one.code, 'grant_id')}", one.code, _said(one), one.rule)
            for place, one in stopped
        )
        raise Conflict(stopped[0][1].code, _said(stopped[0][1]), rule=stopped[0][1].rule, fields=fields)


_FIELDS = {"address_differs": "email", "address_undeliverable": "email"}


def why_not_publish_to(choice: Choice, branch_id: UUID | None) -> Refusal | None:
    """Why one person cannot be published to: no portal user any more, kept out, or not to be reached (P2)."""
    reader = choice.reader
    if reader is None or reader.state not in LIVE:
        return _ENDED
    if reader.deceased:
        return _DECEASED
    if reader.deactivated:
        return _DEACTIVATED
    if reader.branch_id is not None and reader.branch_id != branch_id:
        return _OTHER_BRANCH
    if not choice.confirmed:
        return Refusal("conflict", "address_differs", "P2", f"the firm's address of this person is {reader.email}")
    return _UNDELIVERABLE if reader.undeliverable else None


def _said(refusal: Refusal) -> str:
    return refusal.reason[:1].upper() + refusal.reason[1:] + "."


@dataclass(frozen=True, slots=True)
class Distribution:
    """What one publishing comes to: who gets the version now, and of these who is told; who had it before."""

    new: tuple[Reader, ...]
    already: tuple[Reader, ...]

    @property
    def told(self) -> tuple[Reader, ...]:
        return tuple(reader for reader in self.new if reader.has_joined)

    @property
    def not_joined(self) -> tuple[Reader, ...]:
        return tuple(reader for reader in self.new if not reader.has_joined)


def distribution(readers: Sequence[Reader], had_it: Collection[UUID], *, again: bool) -> Distribution:
    """Who has the version already (people, by id) gets it once more only when that is asked for."""
    repeated = tuple(reader for reader in readers if reader.person_id in had_it and not again)
    return Distribution(tuple(reader for reader in readers if reader not in repeated), repeated)
