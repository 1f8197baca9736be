"""The one decision: may this account do this in this section, by which rule and whose grant (A7, A11)."""

from dataclasses import dataclass

from event_contracts.people import Right

from dossier_service.access.domain.refusals import Refusal
from dossier_service.access.domain.standing import GrantStanding, Standing
from dossier_service.access.domain.table import A7, Action, Cell, Limit, Party, Section

NOT_IN_TEAM = Refusal(
    "forbidden", "not_in_team", "A14", "an administrator reads a dossier's content only after a handover"
)


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


UNKNOWN = Decision(False, "unknown_dossier", "A13", "no such dossier for this account")


def decide(standing: Standing | None, section: Section, action: Action) -> Decision:
    """The decision for what is known of an account in a dossier; nothing known is answered as no such dossier (A13)."""
    if standing is None:
        return UNKNOWN
    row = A7[section]
    if standing.staff is not None and standing.staff.party is not None:
        return _by_cell(row.staff, section, action, standing.staff.party, None)
    grant = standing.active_grant
    if grant is not None:
        cell = row.outside_write if grant.right is Right.WRITE else row.outside_read
        return _by_cell(cell, section, action, Party(grant.role.value), grant)
    return _without_place(standing)


def _by_cell(cell: Cell, section: Section, action: Action, party: Party, grant: GrantStanding | None) -> Decision:
    who = f"{party} with {grant.right}" if grant else str(party)
    if action in cell.actions:
        return Decision(True, "allowed", "A7", f"{who} may {action} {section}", cell.limit, party, grant)
    return Decision(False, "not_allowed", "A7", f"{who} may not {action} {section}", Limit.NONE, party, grant)


def _without_place(standing: Standing) -> Decision:
    if standing.is_administrator:
        return Decision(False, NOT_IN_TEAM.code, NOT_IN_TEAM.rule, NOT_IN_TEAM.reason)
    if standing.grants:
        offered = standing.grants[0]
        reason = "the grant is offered and not active yet"
        return Decision(False, "grant_not_active", "A10", reason, party=Party(offered.role.value), grant=offered)
    if standing.suspended:
        kept = standing.suspended[0]
        reason = "the firm deactivated this portal user; the grant stays"
        return Decision(False, "portal_user_deactivated", "I11", reason, party=Party(kept.role.value), grant=kept)
    return UNKNOWN
