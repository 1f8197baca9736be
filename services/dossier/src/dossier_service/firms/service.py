"""Use cases of the firms area: a first firm and its administrator, offering places, guarding who works where."""

from dataclasses import dataclass
from uuid import UUID

from event_contracts.people import LadderPolicy, Language
from service_kit.db import UnitOfWork
from service_kit.errors import Conflict, Forbidden
from service_kit.ids import new_id

from dossier_service.access.journal import repository as journal
from dossier_service.access.journal.domain import OPERATOR, Actor, Fact
from dossier_service.edge.contact import required_contact
from dossier_service.edge.refusals import unknown
from dossier_service.firms import repository
from dossier_service.firms.domain import MembershipState, StaffRole, may_run_firm
from dossier_service.firms.events import firm_configured, staff_invited
from dossier_service.firms.tables import Firm, Membership


@dataclass(frozen=True, slots=True)
class NewStaff:
    """A person to be invited into the staff, as typed; no language means the firm's."""

    role: StaffRole
    given_name: str
    family_name: str
    email: str | None
    phone: str | None
    language: Language | None
    custom_text: str | None = None


async def create_firm(
    uow: UnitOfWork, name: str, language: Language, administrator: NewStaff, policy: LadderPolicy
) -> tuple[Firm, Membership]:
    """A firm and its first administrator, who is invited by the same mechanism as anybody."""
    at = await uow.now()
    firm = Firm(id=new_id(), name=name, language=language, created_at=at)
    uow.session.add(firm)
    await uow.session.flush()
    journal.add(uow, OPERATOR, Fact("firm_created", firm.id, "firm", firm.id, "A14"), at)
    uow.outbox.add(firm_configured(firm, None))
    member = await offer_place(uow, firm, administrator, None, policy)
    return firm, member


async def offer_place(
    uow: UnitOfWork, firm: Firm, person: NewStaff, invited_by: Membership | None, policy: LadderPolicy
) -> Membership:
    """Offers a place in the staff of a locked firm, with e-mail and phone (A14); one live place per address (I2)."""
    contact = required_contact(person.email, person.phone)
    if await repository.has_live_address(uow, firm.id, contact.email):
        raise Conflict("already_staff", "Somebody with this address is in the staff already.", rule="I2")
    at = await uow.now()
    member = Membership(
        id=new_id(),
        firm_id=firm.id,
        role=person.role,
        state=MembershipState.OFFERED,
        given_name=person.given_name,
        family_name=person.family_name,
        email=contact.email,
        phone=contact.phone,
        language=person.language or firm.language,
        invited_by=invited_by.id if invited_by else None,
        invited_at=at,
        custom_text=person.custom_text,
    )
    uow.session.add(member)
    await uow.session.flush()
    actor = Actor.account(invited_by.account_id) if invited_by and invited_by.account_id else OPERATOR
    details = {"role": member.role}
    journal.add(uow, actor, Fact("staff_invited", firm.id, "membership", member.id, "A14", details=details), at)
    uow.outbox.add(staff_invited(firm, member, invited_by.name if invited_by else firm.name, policy))
    return member


async def member_of(uow: UnitOfWork, account_id: UUID, firm_id: UUID) -> Membership:
    """The caller's place in a firm; to anybody else the firm does not exist (A13)."""
    member = await repository.place_in(uow, account_id, firm_id)
    if member is None:
        raise unknown()
    return member


def administrator_only() -> Forbidden:
    """Colleagues know the firm, and may not run it (A14)."""
    return Forbidden("administrator_only", "Only an administrator runs the firm's staff and settings.", rule="A14")


async def run_firm(uow: UnitOfWork, account_id: UUID, firm_id: UUID) -> tuple[Firm, Membership]:
    """The firm, locked, and its administrator who calls (A14): staff and settings change one request at a time.

    Who calls is read again under the lock: of two administrators who demote each other only the first still is one.
    """
    await member_of(uow, account_id, firm_id)
    firm = await repository.lock_firm(uow, firm_id)
    caller = await member_of(uow, account_id, firm_id)
    if not may_run_firm(caller.role):
        raise administrator_only()
    return firm, caller
