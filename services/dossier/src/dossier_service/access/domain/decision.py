"""The one decision: may this account do this in this section, by which rule and whose grant (A7, A11)."""

from dataclasses import dataclass
from uuid import UUID

from event_contracts.people import Right

from dossier_service.access.domain.hindrances import REASONS
from dossier_service.access.domain.refusals import Refusal
from dossier_service.access.domain.standing import GrantStanding, Standing
from dossier_service.access.domain.table import MODULES, Action, Limit, Party, Section, cell_of

NOT_IN_TEAM = Refusal(
    "forbidden", "not_in_team", "A14", "an administrator reads a dossier's content only after a handover"
)
CLOSED = Refusal("forbidden", "dossier_closed", "A7", "the dossier is closed: outside parties read it at most")


@dataclass(frozen=True, slots=True)
class Decision:
    """A yes or no with its reason; `grant` is the grant it rests on, for somebody who is not staff (A11)."""

    allowed: bool
    code: str
    rule: str
    reason: str
    limit: Limit = Limit.NONE
    party: Party | None = None
    grant: GrantStanding | None = None

    @property
    def branch_id(self) -> UUID | None:
        """The one branch whose records the answer is about, for a contact who is limited to it (A9)."""
        return self.grant.branch_id if self.grant else None

    @property
    def limited(self) -> bool:
        """Whether the grant it rests on opens from some addresses only (A9)."""
        return self.grant is not None and bool(self.grant.networks)


UNKNOWN = Decision(False, "unknown_dossier", "A13", "no such dossier for this account")
NO_MODULE = Decision(False, "unknown_section", "A8", "no such section in this dossier")


def decide(standing: Standing | None, section: Section, action: Action) -> Decision:
    """The decision for what is known of an account in a dossier; nothing known is answered as no such dossier (A13)."""
    if standing is None:
        return UNKNOWN
    if standing.staff is not None and standing.staff.party is not None:
        return _by_cell(section, action, standing.staff.party, None)
    if not standing.active_grants:
        return _without_place(standing)
    if section in MODULES and section not in standing.modules:
        return NO_MODULE
    # Who stands in a dossier twice, as family and as adviser say, may what either may.
    found = [_by_grant(standing, section, action, grant) for grant in standing.active_grants]
    return next((decision for decision in found if decision.allowed), found[0])


def _by_grant(standing: Standing, section: Section, action: Action, grant: GrantStanding) -> Decision:
    party = Party(grant.role.value)
    decision = _by_cell(section, action, party, grant)
    if standing.closed is not None and decision.allowed and action not in cell_of(section, party, Right.READ).actions:
        return _refusal(CLOSED, grant)
    return decision


def _by_cell(section: Section, action: Action, party: Party, grant: GrantStanding | None) -> Decision:
    cell = cell_of(section, party, grant.right if grant else None)
    who = f"{party} with {grant.right}" if grant else str(party)
    if action in cell.actions:
        return Decision(True, "allowed", "A7", f"{who} may {action} {section}", cell.limit, party, grant)
    return Decision(False, "not_allowed", "A7", f"{who} may not {action} {section}", Limit.NONE, party, grant)


def _without_place(standing: Standing) -> Decision:
    if standing.is_administrator:
        return _refusal(NOT_IN_TEAM, None)
    if standing.hindered:
        first = standing.hindered[0]
        return _refusal(REASONS[first.hindrance], first.grant)
    if standing.grants:
        offered = standing.grants[0]
        reason = "the grant is offered and not active yet"
        return Decision(False, "grant_not_active", "A10", reason, party=Party(offered.role.value), grant=offered)
    return UNKNOWN


def _refusal(refusal: Refusal, grant: GrantStanding | None) -> Decision:
    party = Party(grant.role.value) if grant else None
    return Decision(False, refusal.code, refusal.rule, refusal.reason, party=party, grant=grant)
