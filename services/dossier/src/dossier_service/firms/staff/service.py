"""Use cases of the staff area: invite, correct, change, remove, send again. Each locks the firm first (A14)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from event_contracts.people import LadderPolicy
from service_kit.db import UnitOfWork
from service_kit.errors import Related

from dossier_service.access.domain import resent_too_often
from dossier_service.access.grants import repository as grants
from dossier_service.access.journal import repository as journal
from dossier_service.access.journal.domain import Actor, Fact
from dossier_service.edge.contact import optional_contact
from dossier_service.edge.refusals import refused, require, unknown
from dossier_service.firms import events
from dossier_service.firms.domain import MembershipState, NoticePreference, may_run_firm
from dossier_service.firms.service import NewStaff, member_of, offer_place, run_firm
from dossier_service.firms.staff import domain as law
from dossier_service.firms.staff import places, repository
from dossier_service.firms.staff.repository import StaffLine
from dossier_service.firms.tables import Firm, Membership

NAMED_DOSSIERS = 50
"""How many of the dossiers that keep somebody from being removed are named at once; the others follow after them."""
MOVES_ALONG = ("role", "given_name", "family_name", "email", "phone", "language", "custom_text")


@dataclass(frozen=True, slots=True)
class Administration:
    """A locked firm and the administrator who runs it."""

    firm: Firm
    caller: Membership
    actor: Actor


async def _administration(uow: UnitOfWork, account_id: UUID, firm_id: UUID) -> Administration:
    firm, caller = await run_firm(uow, account_id, firm_id)
    return Administration(firm, caller, Actor.account(account_id))


async def invite_staff(
    uow: UnitOfWork, account_id: UUID, firm_id: UUID, person: NewStaff, policy: LadderPolicy
) -> StaffLine:
    """Invites a member of staff: an administrator's act, with e-mail and phone (A14)."""
    own = await _administration(uow, account_id, firm_id)
    return StaffLine(await offer_place(uow, own.firm, person, own.caller, policy))


async def page(
    uow: UnitOfWork, account_id: UUID, firm_id: UUID, after: UUID | None, limit: int
) -> tuple[bool, Sequence[StaffLine]]:
    """A page of the firm's staff; how they are reached, and what became of it, is for administrators (A14)."""
    caller = await member_of(uow, account_id, firm_id)
    return may_run_firm(caller.role), await repository.lines(uow, firm_id, after=after, limit=limit)


async def one(uow: UnitOfWork, account_id: UUID, firm_id: UUID, membership_id: UUID) -> tuple[bool, StaffLine]:
    """One member of the firm's staff."""
    caller = await member_of(uow, account_id, firm_id)
    found = await repository.lines(uow, firm_id, only=membership_id)
    if not found:
        raise unknown()
    return may_run_firm(caller.role), found[0]


async def change(
    uow: UnitOfWork,
    account_id: UUID,
    firm_id: UUID,
    membership_id: UUID,
    typed: Mapping[str, Any],
    check_version: Callable[[int], None],
    policy: LadderPolicy,
) -> StaffLine:
    """Changes a place (A14). Another address, phone or role of an offered one moves the offer (I9)."""
    own = await _administration(uow, account_id, firm_id)
    member = await _locked(uow, own, membership_id)
    values = _different(member, typed)
    require(law.why_not_correct(member.state, values))
    if "role" in values:
        others = await repository.others_run_the_firm(uow, firm_id, member.id)
        require(law.why_not_lose_role(member.state, member.role, values["role"], others_run_the_firm=others))
    check_version(member.version)
    if law.moves_offer(member.state, values):
        return StaffLine(await _move(uow, own, member, values, policy))
    if values:
        await _apply(uow, own, member, values)
    return (await repository.lines(uow, firm_id, only=member.id))[0]


async def remove(uow: UnitOfWork, account_id: UUID, firm_id: UUID, membership_id: UUID, reason: str) -> Membership:
    """Ends a place, taken or offered, and every team place with it; the very next request knows it (A14).

    Refused while dossiers would be without a manager, which it names, or the firm without an administrator.
    """
    own = await _administration(uow, account_id, firm_id)
    member = await _locked(uow, own, membership_id)
    count, named = await repository.managed(uow, member.id, NAMED_DOSSIERS)
    others = await repository.others_run_the_firm(uow, firm_id, member.id)
    refusal = law.why_not_remove(member.state, member.role, manages=count, others_run_the_firm=others)
    if refusal is not None:
        in_the_way = tuple(Related("dossier", dossier_id, name) for dossier_id, name in named)
        raise refused(refusal, in_the_way if refusal.code == "manages_dossiers" else ())
    await _end(uow, own, member, "staff_removed", reason)
    await places.leave_teams(uow, {member.id: firm_id}, own.actor, await uow.now())
    return member


async def resend(
    uow: UnitOfWork, account_id: UUID, firm_id: UUID, membership_id: UUID, custom_text: str | None
) -> None:
    """Has the sign-in information sent again: a fresh invitation, or user name and address (I7, K2)."""
    own = await _administration(uow, account_id, firm_id)
    member = await _locked(uow, own, membership_id)
    await _count_resend(uow, firm_id, member.email)
    fact = Fact("sign_in_information_resent", firm_id, "membership", member.id, "K2")
    journal.add(uow, own.actor, fact, await uow.now())
    uow.outbox.add(events.sign_in_information_requested(own.firm, member, own.caller.name, custom_text))


async def choose_notices(uow: UnitOfWork, account_id: UUID, firm_id: UUID, notices: NoticePreference) -> Membership:
    """A member of staff is told of what became of the access they gave at once, or once a day (M8)."""
    member = await member_of(uow, account_id, firm_id)
    await repository.keep_notices(uow, firm_id, account_id, notices)
    return await member_of(uow, account_id, member.firm_id)


async def _locked(uow: UnitOfWork, own: Administration, membership_id: UUID) -> Membership:
    member = await repository.lock_live(uow, own.firm.id, membership_id)
    if member is None:
        raise unknown()
    return member


def _different(member: Membership, typed: Mapping[str, Any]) -> dict[str, Any]:
    email, phone = optional_contact(typed.get("email"), typed.get("phone"))
    values = {**typed, **{name: value for name, value in (("email", email), ("phone", phone)) if value is not None}}
    return {name: value for name, value in values.items() if getattr(member, name) != value}


async def _apply(uow: UnitOfWork, own: Administration, member: Membership, values: Mapping[str, Any]) -> None:
    previous = member.role
    for name, value in values.items():
        setattr(member, name, value)
    member.version += 1
    await uow.session.flush()
    details = {"fields": ",".join(sorted(values)), "previous_role": previous, "role": member.role}
    fact = Fact("staff_changed", own.firm.id, "membership", member.id, "A14", details=details)
    journal.add(uow, own.actor, fact, await uow.now())
    if previous is not member.role and member.account_id is not None:
        uow.outbox.add(events.staff_changed(member, member.account_id))


async def _count_resend(uow: UnitOfWork, firm_id: UUID, email: str) -> None:
    at = await uow.now()
    require(resent_too_often(await grants.resends_since(uow, firm_id, email, at - timedelta(hours=1))))
    grants.keep_resend(uow, firm_id, email, at)


async def _move(
    uow: UnitOfWork, own: Administration, member: Membership, values: Mapping[str, Any], policy: LadderPolicy
) -> Membership:
    """The offer as it was ends, its link dead; the corrected one is offered, with what was entrusted to it (I9)."""
    kept = {name: getattr(member, name) for name in MOVES_ALONG}
    moved = NewStaff(**{**kept, **values})
    # A correction mails anew like a resend: back and forth, it would be one without a limit (I7).
    await _count_resend(uow, own.firm.id, values.get("email", member.email))
    await _end(uow, own, member, "staff_invitation_moved", None)
    new = await offer_place(uow, own.firm, moved, own.caller, policy)
    await repository.hand_on(uow, member.id, new.id)
    # Without it nobody could tell later whose the old place's dossiers became (A11).
    fact = Fact("staff_place_taken_over", own.firm.id, "membership", member.id, "I9", details={"to": new.id})
    journal.add(uow, own.actor, fact, await uow.now())
    return new


async def _end(uow: UnitOfWork, own: Administration, member: Membership, action: str, reason: str | None) -> None:
    at = await uow.now()
    details = {"previous_state": member.state, "role": member.role}
    member.state, member.ended_at, member.version = MembershipState.WITHDRAWN, at, member.version + 1
    member.custom_text = None
    await uow.session.flush()
    fact = Fact(action, own.firm.id, "membership", member.id, "A14", reason=reason, details=details)
    journal.add(uow, own.actor, fact, at)
    uow.outbox.add(events.staff_removed(member.id, own.firm.id, member.account_id))
