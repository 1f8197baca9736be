"""Use cases of the publications area: a version reaches the people chosen, all of them or nobody (P2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from service_kit.db import UnitOfWork
from service_kit.ids import new_id

from dossier_service.access.domain import Action, Standing
from dossier_service.dossiers import repository as dossiers
from dossier_service.edge.contact import is_same_address
from dossier_service.edge.refusals import require, unknown
from dossier_service.plans.publications import events, repository
from dossier_service.plans.publications.domain import (
    Choice,
    Distribution,
    Reader,
    check_choice,
    check_readers,
    distribution,
    why_not_publish,
)
from dossier_service.plans.publications.repository import Publication
from dossier_service.plans.publications.tables import PlanPublication
from dossier_service.plans.repository import Shown
from dossier_service.plans.service import entered, locked, shown, write_down


@dataclass(frozen=True, slots=True)
class Chosen:
    """Somebody to publish to, and the address that the publisher checked with them."""

    grant_id: UUID
    email: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What to publish: the newest version unless one is named; `again` tells those too who had it before."""

    recipients: tuple[Chosen, ...]
    version: int | None = None
    custom_text: str | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Published:
    """What came of it: `made` is False when everybody had the version before, and then nothing was written or said."""

    publication: Publication
    distribution: Distribution
    made: bool


async def publish(uow: UnitOfWork, account_id: UUID, dossier_id: UUID, plan_id: UUID, wish: Wish) -> Published:
    """Publishes a version to the people chosen; the dossier is locked, so that no grant changes meanwhile (P2)."""
    if await dossiers.lock(uow, dossier_id) is None:
        raise unknown()
    standing, reach = await entered(uow, account_id, dossier_id, Action.PUBLISH)
    await locked(uow, dossier_id, plan_id)
    plan = await shown(uow, dossier_id, plan_id, reach, wish.version)
    require(why_not_publish(standing))
    readers = await _readers(uow, dossier_id, plan, wish.recipients)
    had_it = await repository.having(uow, plan.id, plan.version, {reader.person_id for reader in readers})
    result = distribution(readers, had_it, again=wish.again)
    if result.new:
        publication_id = await _publish(uow, standing, plan, result, wish.custom_text)
    else:
        publication_id = max(had_it.values())
    return Published(await repository.publication(uow, plan.id, publication_id), result, bool(result.new))


async def page(
    uow: UnitOfWork, account_id: UUID, dossier_id: UUID, plan_id: UUID, before: UUID | None, limit: int
) -> Sequence[Publication]:
    """What was published to whom, newest first, for who may publish (A7)."""
    _, reach = await entered(uow, account_id, dossier_id, Action.PUBLISH)
    await shown(uow, dossier_id, plan_id, reach)
    return await repository.page(uow, plan_id, before, limit)


async def _readers(
    uow: UnitOfWork, dossier_id: UUID, plan: Shown, recipients: tuple[Chosen, ...]
) -> tuple[Reader, ...]:
    """Those chosen, once the law has said yes to every one of them."""
    check_choice([one.grant_id for one in recipients])
    found = await repository.readers(uow, dossier_id, {one.grant_id for one in recipients})
    choices = [_choice(found.get(one.grant_id), one.email) for one in recipients]
    check_readers(choices, plan.branch_id)
    return tuple(choice.reader for choice in choices if choice.reader is not None)


def _choice(reader: Reader | None, email: str) -> Choice:
    return Choice(reader, confirmed=reader is not None and is_same_address(email, {reader.email}))


async def _publish(
    uow: UnitOfWork, standing: Standing, plan: Shown, result: Distribution, custom_text: str | None
) -> UUID:
    assert standing.staff is not None  # the law lets nobody else publish
    publication = PlanPublication(
        id=new_id(),
        plan_id=plan.id,
        version=plan.version,
        published_at=await uow.now(),
        published_by=standing.staff.membership_id,
    )
    repository.keep(uow, publication, result.new)
    await uow.session.flush()
    dossier, firm, _ = await dossiers.cover(uow, standing.dossier_id)
    said = events.plan_published(publication, plan.title, dossier, firm, standing.staff.name, custom_text, result.told)
    uow.outbox.add(said)
    grants = ",".join(str(reader.grant_id) for reader in result.new)
    facts = {"version": plan.version, "publication": publication.id, "grants": grants}
    await write_down(uow, standing, "plan_published", plan.id, "P2", facts)
    return publication.id
