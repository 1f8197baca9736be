"""Use cases of the records: every read and edit passes the decision of A7, every edit is journaled and kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from service_kit.db import UnitOfWork
from service_kit.errors import FieldError, Invalid
from service_kit.ids import new_id

from dossier_service.access.domain import Action, Decision, Refusal, Section, Standing
from dossier_service.access.journal import repository as journal
from dossier_service.access.journal.domain import Actor, Fact
from dossier_service.access.service import allowed_in
from dossier_service.dossiers import repository as dossiers
from dossier_service.dossiers.people import repository as people
from dossier_service.edge.refusals import refused, require, unknown
from dossier_service.firms.branches.service import open_branch
from dossier_service.records import repository
from dossier_service.records.domain import (
    Change,
    KindName,
    branch_to_write,
    people_named,
    why_unknown_people,
)
from dossier_service.records.tables import Record, RecordVersion

CheckVersion = Callable[[int], None]
"""Raises unless the version is the one that the caller saw."""


Contents = Sequence[tuple[KindName, Mapping[str, Any]]]
"""The kind and content of many records."""


@dataclass(frozen=True, slots=True)
class RecordKind:
    """A kind of record: its section, and what A7 asks of whoever adds one (`create` where the table knows it).

    `after`: the kind that is there first, and the refusal without it. `taken`: the refusal of a key used before.
    """

    name: KindName
    section: Section
    adding: Action = Action.WRITE
    after: tuple["RecordKind", Refusal] | None = None
    taken: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody turns to the records of one kind in one dossier."""

    account_id: UUID
    dossier_id: UUID
    kind: RecordKind


@dataclass(frozen=True, slots=True)
class Draft:
    """The content of a record as it should be, in itself sound; `people` are those it names, by field."""

    content: Mapping[str, Any]
    people: tuple[tuple[str, UUID], ...] = ()
    branch_id: UUID | None = None
    key: str | None = None


async def page(uow: UnitOfWork, call: Call, after: UUID | None, limit: int) -> Sequence[Record]:
    """A page of the records that the caller may see."""
    _, decision = await _allowed(uow, call, Action.READ)
    return await repository.page(uow, call.dossier_id, call.kind.name, decision.branch_id, after, limit)


async def read(uow: UnitOfWork, call: Call, record_id: UUID) -> Record:
    """One record; one of another branch than the caller's is unknown (A9)."""
    _, decision = await _allowed(uow, call, Action.READ)
    return await _known(uow, call, decision, record_id)


async def read_of_key(uow: UnitOfWork, call: Call, key: str) -> Record | None:
    """The record of a kind that has this key, if there is one."""
    await _allowed(uow, call, Action.READ)
    return await repository.record_of_key(uow, call.dossier_id, call.kind.name, key)


async def contents(uow: UnitOfWork, call: Call, *kinds: RecordKind) -> Contents:
    """What is in all records of some kinds of the section, for sums over them."""
    _, decision = await _allowed(uow, call, Action.READ)
    return await repository.contents(uow, call.dossier_id, [kind.name for kind in kinds], decision.branch_id)


async def history(
    uow: UnitOfWork, call: Call, record_id: UUID, before: int | None, limit: int
) -> tuple[Standing, Sequence[RecordVersion]]:
    """The versions of a record, newest first, after its removal too."""
    standing, decision = await _allowed(uow, call, Action.READ)
    place = (call.dossier_id, call.kind.name, decision.branch_id, record_id)
    versions = await repository.versions(uow, *place, before, limit)
    if not versions and before is None:
        raise unknown()
    return standing, versions


async def add(uow: UnitOfWork, call: Call, draft: Draft) -> Record:
    """Writes a new record into its section."""
    standing, decision = await _to_edit(uow, call, draft, call.kind.adding)
    await _check_order(uow, call)
    branch_id = await _check(uow, call, standing, decision, draft, None)
    at = await uow.now()
    record = Record(
        id=new_id(),
        dossier_id=call.dossier_id,
        section=call.kind.section,
        kind=call.kind.name,
        branch_id=branch_id,
        unique_key=draft.key,
        content=_content(draft, branch_id),
        created_at=at,
        created_by=call.account_id,
        changed_at=at,
        changed_by=call.account_id,
    )
    uow.session.add(record)
    await uow.session.flush()
    await _keep(uow, standing, decision, record, Change.ADDED)
    return record


async def write(uow: UnitOfWork, call: Call, record_id: UUID, draft: Draft, check_version: CheckVersion) -> Record:
    """Replaces the content of a record."""
    standing, decision = await _to_edit(uow, call, draft, Action.WRITE)
    record = await _known(uow, call, decision, record_id, locked=True)
    check_version(record.version)
    record.branch_id = await _check(uow, call, standing, decision, draft, record)
    record.unique_key = draft.key
    record.content = _content(draft, record.branch_id)
    record.version += 1
    record.changed_at = await uow.now()
    record.changed_by = call.account_id
    await uow.session.flush()
    await _keep(uow, standing, decision, record, Change.WRITTEN)
    return record


async def remove(uow: UnitOfWork, call: Call, record_id: UUID, check_version: CheckVersion) -> None:
    """Takes a record out of its section; its history stays."""
    standing, decision = await _allowed(uow, call, Action.WRITE)
    record = await _known(uow, call, decision, record_id, locked=True)
    check_version(record.version)
    record.version += 1
    record.changed_at = await uow.now()
    await _keep(uow, standing, decision, record, Change.REMOVED)
    await uow.session.delete(record)
    await uow.session.flush()


async def _allowed(uow: UnitOfWork, call: Call, action: Action) -> tuple[Standing, Decision]:
    return await allowed_in(uow, call.account_id, call.dossier_id, call.kind.section, action)


async def _to_edit(uow: UnitOfWork, call: Call, draft: Draft, action: Action) -> tuple[Standing, Decision]:
    """Who brings a key holds the dossier's row, so that no two take the same one."""
    if draft.key is not None and await dossiers.lock(uow, call.dossier_id) is None:
        raise unknown()
    return await _allowed(uow, call, action)


async def _known(uow: UnitOfWork, call: Call, decision: Decision, record_id: UUID, *, locked: bool = False) -> Record:
    place = (call.dossier_id, call.kind.name, decision.branch_id, record_id)
    record = await repository.record_in(uow, *place, locked=locked)
    if record is None:
        raise unknown()
    return record


async def _check_order(uow: UnitOfWork, call: Call) -> None:
    if call.kind.after is None:
        return
    first, refusal = call.kind.after
    if not await repository.page(uow, call.dossier_id, first.name, None, None, 1):
        raise refused(refusal)


async def _check(
    uow: UnitOfWork, call: Call, standing: Standing, decision: Decision, draft: Draft, record: Record | None
) -> UUID | None:
    """Raises unless a draft fits the dossier it is for; the branch it is to belong to.

    A record may go on naming whom and what it named before, though they are gone since.
    """
    errors = await _wrong_people(uow, call, draft, record)
    if errors:
        raise Invalid(errors[0].code, errors[0].detail, rule=errors[0].rule, fields=errors)
    branch_id = branch_to_write(decision.branch_id, draft.branch_id)
    if branch_id is not None and (record is None or record.branch_id != branch_id):
        await open_branch(uow, standing.firm_id, branch_id)
    if draft.key is not None:
        but = record.id if record else None
        taken = await repository.record_of_key(uow, call.dossier_id, call.kind.name, draft.key, but=but)
        require(call.kind.taken if taken else None)
    return branch_id


async def _wrong_people(uow: UnitOfWork, call: Call, draft: Draft, record: Record | None) -> tuple[FieldError, ...]:
    if not draft.people:
        return ()
    known = frozenset(person.id for person in await people.tree(uow, call.dossier_id))
    return why_unknown_people(draft.people, known | people_named(record.content if record else {}))


def _content(draft: Draft, branch_id: UUID | None) -> dict[str, Any]:
    content = dict(draft.content)
    if "branch_id" in content:
        content["branch_id"] = str(branch_id) if branch_id else None
    return content


async def _keep(uow: UnitOfWork, standing: Standing, decision: Decision, record: Record, change: Change) -> None:
    version = RecordVersion(
        record_id=record.id,
        version=record.version,
        dossier_id=record.dossier_id,
        kind=record.kind,
        branch_id=record.branch_id,
        at=record.changed_at,
        account_id=standing.account_id,
        party=decision.party,
        change=change,
        content=record.content,
    )
    await keep_version(uow, standing, decision, version, subject_kind=record.kind)


async def keep_version(
    uow: UnitOfWork, standing: Standing, decision: Decision, version: RecordVersion, *, subject_kind: str
) -> None:
    """Keeps how a record was left, and writes into the journal that it was, without its content (A11).

    As whom and by which grant is what the law said yes to: one account may stand in a dossier twice.
    """
    uow.session.add(version)
    grant = decision.grant
    details = {"party": decision.party, "grant": grant.grant_id if grant else None, "version": version.version}
    action = f"{version.kind}_{version.change}"
    fact = Fact(action, standing.firm_id, subject_kind, version.record_id, "A7", standing.dossier_id, details=details)
    journal.add(uow, Actor.account(standing.account_id), fact, version.at)
