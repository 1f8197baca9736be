"""Telling people: each news reaches each listener once, in the transaction in which it happened, or not at all."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from event_contracts.firms import NoticeAudience, NoticeKind, NoticeLine
from event_contracts.people import FirmRef, Right
from service_kit.db import UnitOfWork
from service_kit.ids import new_id

from dossier_service.firms.domain import NoticePreference
from dossier_service.notices import repository
from dossier_service.notices.domain import is_told
from dossier_service.notices.events import notice_issued
from dossier_service.notices.repository import Scene
from dossier_service.notices.tables import ManagerNotice


@dataclass(frozen=True, slots=True)
class Happened:
    """What happened to a grant, and through whom: `actor` did it and needs no telling, `by` is the name shown."""

    kind: NoticeKind
    grant_id: UUID
    at: datetime
    actor: UUID | None = None
    by: str | None = None
    previous_right: Right | None = None
    reason: str | None = None


async def tell_person(uow: UnitOfWork, *, firm: FirmRef, account_id: UUID, line: NoticeLine) -> None:
    """The firm tells somebody what concerns them: deactivated, reactivated, contact data that differ (I9, I11)."""
    assert is_told(NoticeAudience.PERSON, line.kind)  # a caller's mistake, never a person's
    uow.outbox.add(notice_issued(NoticeAudience.PERSON, account_id, firm, [line]))


async def tell_managers(uow: UnitOfWork, lines: Sequence[NoticeLine], *, actor: UUID | None) -> None:
    """The managers of these lines' dossiers hear what is not about a grant, at once or with their summary (M8).

    Each line names its dossier. `actor` did it and needs no telling.
    """
    managers = await repository.managers(uow, {line.dossier_id for line in lines if line.dossier_id is not None})
    letters: dict[tuple[UUID, UUID], list[NoticeLine]] = defaultdict(list)
    firms: dict[UUID, FirmRef] = {}
    for line in lines:
        assert is_told(NoticeAudience.MANAGER, line.kind)  # a caller's mistake, never a person's
        assert line.dossier_id is not None
        manager = managers[line.dossier_id]
        if manager.account_id is not None and manager.account_id == actor:
            continue
        firms[manager.firm.firm_id] = manager.firm
        if manager.account_id is None or manager.preference is NoticePreference.DAILY:
            _keep(uow, line.dossier_id, line)
        else:
            letters[(manager.firm.firm_id, manager.account_id)].append(line)
    for (firm_id, account_id), told in sorted(letters.items()):
        uow.outbox.add(notice_issued(NoticeAudience.MANAGER, account_id, firms[firm_id], told))


def _keep(uow: UnitOfWork, dossier_id: UUID, line: NoticeLine) -> None:
    """For the summary of whoever manages the dossier when it is written."""
    row = {"id": new_id(), "dossier_id": dossier_id, "at": line.at, "line": line.model_dump(mode="json")}
    uow.insert(ManagerNotice, row)


async def tell(uow: UnitOfWork, happened: Sequence[Happened]) -> None:
    """Holders hear of the change at once (A12), managers at once or with their daily summary (M8).

    Nobody hears of what they did themselves, or of what is about them. One statement reads all that is needed.
    """
    if not happened:
        return
    await uow.session.flush()
    scenes = await repository.scenes(uow, {one.grant_id for one in happened})
    letters: dict[tuple[NoticeAudience, UUID, UUID], list[NoticeLine]] = defaultdict(list)
    firms: dict[UUID, FirmRef] = {}
    for one in happened:
        scene = scenes[one.grant_id]
        line = _line(one, scene)
        firms[scene.firm.firm_id] = scene.firm
        for audience, account_id in _listeners(one, scene):
            letters[(audience, scene.firm.firm_id, account_id)].append(line)
        if _waits(one, scene):
            _keep(uow, scene.dossier_id, line)
    for (audience, firm_id, account_id), lines in sorted(letters.items()):
        uow.outbox.add(notice_issued(audience, account_id, firms[firm_id], lines))


def _listeners(one: Happened, scene: Scene) -> set[tuple[NoticeAudience, UUID]]:
    """Whom a mail goes to now."""
    told: set[tuple[NoticeAudience, UUID]] = set()
    if is_told(NoticeAudience.HOLDER, one.kind):
        told |= {(NoticeAudience.HOLDER, holder) for holder in scene.holders}
    if _is_for_manager(one, scene) and scene.manager_account is not None and not _waits(one, scene):
        told.add((NoticeAudience.MANAGER, scene.manager_account))
    return {(audience, account) for audience, account in told if account not in {one.actor, scene.account_id}}


def _is_for_manager(one: Happened, scene: Scene) -> bool:
    own = {one.actor, scene.account_id} - {None}
    return is_told(NoticeAudience.MANAGER, one.kind) and scene.manager_account not in own


def _waits(one: Happened, scene: Scene) -> bool:
    """A manager who wants a summary, or has no account yet, is told later."""
    later = scene.manager_preference is NoticePreference.DAILY or scene.manager_account is None
    return later and _is_for_manager(one, scene)


def _line(one: Happened, scene: Scene) -> NoticeLine:
    return NoticeLine(
        kind=one.kind,
        at=one.at,
        dossier_id=scene.dossier_id,
        dossier_name=scene.dossier_name,
        offer_id=one.grant_id,
        person_name=scene.person_name,
        role=scene.role,
        right=scene.right,
        previous_right=one.previous_right,
        by=one.by,
        reason=one.reason,
    )
