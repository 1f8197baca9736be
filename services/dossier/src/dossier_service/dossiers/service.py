"""Use cases of the dossiers area: opening one, its modules and team, and which dossiers somebody has (A1, A8, A14)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from service_kit.context import current_context
from service_kit.db import UnitOfWork
from service_kit.ids import new_id

from dossier_service.access import domain as law
from dossier_service.access import repository as access
from dossier_service.access.grants.service import managed
from dossier_service.access.journal import repository as journal
from dossier_service.access.journal.domain import Actor, Fact
from dossier_service.access.service import standing_in
from dossier_service.clients import repository as clients
from dossier_service.clients.domain import ClientKind
from dossier_service.clients.tables import Client
from dossier_service.dossiers import repository
from dossier_service.dossiers.people import repository as people
from dossier_service.dossiers.people.domain import Analysis, PersonRole, analysis_of
from dossier_service.dossiers.people.service import NewPerson, enter
from dossier_service.dossiers.repository import MineRow
from dossier_service.dossiers.tables import Dossier
from dossier_service.edge.refusals import require, unknown
from dossier_service.firms import repository as firms
from dossier_service.firms.domain import StaffRole
from dossier_service.firms.service import member_of
from dossier_service.firms.tables import Firm, Membership


@dataclass(frozen=True, slots=True)
class NewDossier:
    """A dossier to open; its manager is its creator unless another is named, its holder the client if a person."""

    client_id: UUID
    name: str | None
    manager_id: UUID | None
    holder: NewPerson | None
    co_holder: NewPerson | None
    modules: frozenset[law.Section] = law.MODULES


@dataclass(frozen=True, slots=True)
class Cover:
    """A dossier as everybody who may open it sees it; the team is for staff."""

    dossier: Dossier
    firm: Firm
    manager: Membership
    team: Sequence[Membership]
    analysis: Analysis
    standing: law.Standing


async def open_dossier(uow: UnitOfWork, account_id: UUID, firm_id: UUID, new: NewDossier) -> Cover:
    """Opens a dossier for a client the caller sees, with its central persons; nobody gets a right by it."""
    creator = await member_of(uow, account_id, firm_id)
    client = await clients.visible_client(uow, firm_id, creator.id, new.client_id)
    manager = await firms.live_member(uow, firm_id, new.manager_id or creator.id)
    if client is None or manager is None:
        raise unknown()
    at = await uow.now()
    dossier = Dossier(
        id=new_id(),
        firm_id=firm_id,
        client_id=client.id,
        name=new.name or client.name,
        manager_id=manager.id,
        created_by=creator.id,
        created_at=at,
        modules=sorted(new.modules),
    )
    uow.session.add(dossier)
    await uow.session.flush()
    actor = Actor.account(account_id)
    details = {"client": client.id, "manager": manager.id, "modules": ",".join(dossier.modules)}
    journal.add(uow, actor, Fact("dossier_opened", firm_id, "dossier", dossier.id, "A1", dossier.id, None, details), at)
    if manager.id != creator.id:
        # Of the staff, creator and manager see a new dossier (A14); the manager may remove the creator later.
        await repository.add_to_team(uow, dossier.id, creator.id)
    for person in (new.holder or _holder_from(client), new.co_holder):
        if person is not None:
            await enter(uow, actor, dossier, person, client.language)
    return await cover(uow, account_id, dossier.id)


def _holder_from(client: Client) -> NewPerson | None:
    """A client who is a person is the holder of their dossier."""
    if client.kind is not ClientKind.PERSON:
        return None
    return NewPerson(
        role=PersonRole.HOLDER,
        given_name=client.given_name,
        family_name=client.family_name,
        email=client.email,
        phone=client.phone,
        language=client.language,
    )


async def cover(uow: UnitOfWork, account_id: UUID, dossier_id: UUID) -> Cover:
    """The dossier's cover, for whoever has a place in it; an administrator without one is refused (A14)."""
    standing = await standing_in(uow, account_id, dossier_id)
    require(law.why_not_open(standing))
    dossier, firm, manager = await repository.cover(uow, dossier_id)
    team = await repository.team(uow, dossier_id) if standing.is_staff else ()
    analysis = analysis_of(await people.roles(uow, dossier_id))
    return Cover(dossier, firm, manager, team, analysis, standing)


async def change(
    uow: UnitOfWork,
    account_id: UUID,
    dossier_id: UUID,
    name: str | None,
    modules: frozenset[law.Section] | None,
    check_version: Callable[[int], None],
) -> Cover:
    """The manager renames the dossier, or changes what exists for outside parties from the next request on (A8, P1)."""
    dossier, _ = await managed(uow, account_id, dossier_id)
    check_version(dossier.version)
    at, actor = await uow.now(), Actor.account(account_id)
    before = frozenset(map(law.Section, dossier.modules))
    renamed = name is not None and name != dossier.name
    chosen_anew = modules is not None and modules != before
    if name is not None and renamed:
        dossier.name = name
        journal.add(uow, actor, Fact("dossier_renamed", dossier.firm_id, "dossier", dossier.id, "A1", dossier.id), at)
    if modules is not None and chosen_anew:
        dossier.modules = sorted(modules)
        details = {"added": ",".join(sorted(modules - before)), "removed": ",".join(sorted(before - modules))}
        fact = Fact("modules_changed", dossier.firm_id, "dossier", dossier.id, "A8", dossier.id, None, details)
        journal.add(uow, actor, fact, at)
    if renamed or chosen_anew:
        dossier.version += 1
        await uow.session.flush()
    return await cover(uow, account_id, dossier.id)


async def add_to_team(uow: UnitOfWork, account_id: UUID, dossier_id: UUID, membership_id: UUID) -> None:
    """The manager adds a colleague to the team (A14); doing it twice is doing it once."""
    dossier = await _team_of(uow, account_id, dossier_id)
    member = await firms.live_member(uow, dossier.firm_id, membership_id)
    if member is None:
        raise unknown()
    if member.id != dossier.manager_id and await repository.add_to_team(uow, dossier.id, member.id):
        await _write_down(uow, account_id, dossier, "team_member_added", membership_id)


async def remove_from_team(uow: UnitOfWork, account_id: UUID, dossier_id: UUID, membership_id: UUID) -> None:
    """The manager removes a colleague from the team (A14); somebody who is not in it stays out."""
    dossier = await _team_of(uow, account_id, dossier_id)
    if await repository.remove_from_team(uow, dossier.id, membership_id):
        await _write_down(uow, account_id, dossier, "team_member_removed", membership_id)


async def _team_of(uow: UnitOfWork, account_id: UUID, dossier_id: UUID) -> Dossier:
    dossier = await repository.lock(uow, dossier_id)
    if dossier is None:
        raise unknown()
    require(law.why_not_change_team(await standing_in(uow, account_id, dossier_id)))
    return dossier


async def _write_down(
    uow: UnitOfWork,
    account_id: UUID,
    dossier: Dossier,
    action: str,
    membership_id: UUID,
) -> None:
    fact = Fact(action, dossier.firm_id, "membership", membership_id, "A14", dossier.id)
    journal.add(uow, Actor.account(account_id), fact, await uow.now())


async def my_page(
    uow: UnitOfWork, account_id: UUID, after: UUID | None, limit: int
) -> tuple[Sequence[MineRow], Mapping[UUID, law.Standing]]:
    """A page of the dossiers somebody has, in any firm and as whatever, with their standing in each."""
    rows = await repository.mine(uow, account_id, after, limit)
    address = current_context().client_address
    standings = await access.standings(uow, [(account_id, row.id, address) for row in rows])
    return rows, {dossier_id: standing for (_, dossier_id, _), standing in standings.items()}


async def firm_page(
    uow: UnitOfWork, account_id: UUID, firm_id: UUID, after: UUID | None, limit: int
) -> Sequence[tuple[Dossier, Membership]]:
    """A firm's dossiers: an accountant's own; for an administrator all, so that any can be handed over (A1)."""
    member = await member_of(uow, account_id, firm_id)
    only = None if member.role is StaffRole.ADMINISTRATOR else member.id
    return await repository.firm_page(uow, firm_id, only, after, limit)
