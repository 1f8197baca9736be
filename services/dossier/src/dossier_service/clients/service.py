"""Use cases of the clients area: any member of staff creates clients, and sees those they have to do with (A14).

Codes and who pays for whom change under the firm's lock, so that of two requests that take one code, one is refused.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from event_contracts.people import Language
from service_kit.db import UnitOfWork
from service_kit.errors import Conflict, FieldError
from service_kit.ids import new_id
from service_kit.user_names import RULE as USER_NAMES
from service_kit.user_names import skeleton

from dossier_service.access.domain import Party
from dossier_service.access.journal import repository as journal
from dossier_service.access.journal.domain import Actor, Fact
from dossier_service.clients import domain, repository
from dossier_service.clients.domain import ClientKind
from dossier_service.clients.tables import Client, ClientVersion
from dossier_service.edge.refusals import unknown
from dossier_service.firms import repository as firms
from dossier_service.firms.branches.service import open_branch
from dossier_service.firms.service import member_of
from dossier_service.records.domain import Change

CheckVersion = Callable[[int], None]
"""Raises unless the version is the one that the caller saw."""


@dataclass(frozen=True, slots=True)
class NewClient:
    """A client as typed; `values` are the further fields of the record that were given."""

    kind: ClientKind
    given_name: str
    family_name: str
    company_name: str | None
    email: str
    phone: str | None
    language: Language
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Editor:
    """Who changes a client's record: by the firm's list of clients, or by a dossier and as whom there.

    `membership_id`: their place in the firm, if they have one.
    """

    account_id: UUID
    membership_id: UUID | None = None
    dossier_id: UUID | None = None
    party: Party | None = None


async def create_client(uow: UnitOfWork, account_id: UUID, firm_id: UUID, new: NewClient) -> Client:
    """Keeps a new client. Creating one invites nobody (C4). Without a code it gets the firm's next number (I3)."""
    member = await member_of(uow, account_id, firm_id)
    typed = {
        "given_name": new.given_name,
        "family_name": new.family_name,
        "company_name": new.company_name,
        "email": new.email,
        "phone": new.phone,
        "language": new.language,
        **{name: value for name, value in new.values.items() if value is not None},
    }
    values = domain.checked(typed)
    domain.refuse(domain.why_not_together(new.kind, values))
    client_id, code = new_id(), await _code_for(uow, firm_id, values.pop("code", None))
    at = await uow.now()
    client = Client(
        id=client_id,
        firm_id=firm_id,
        kind=new.kind,
        created_by=member.id,
        created_at=at,
        changed_at=at,
        code=code,
        code_skeleton=skeleton(code),
        **values,
    )
    await _check_others(uow, client, member.id, values)
    uow.session.add(client)
    await uow.session.flush()
    await _keep(uow, Editor(account_id, member.id), client, Change.ADDED)
    fact = Fact("client_created", firm_id, "client", client.id, "C1", details={"kind": client.kind})
    journal.add(uow, Actor.account(account_id), fact, client.created_at)
    return client


async def clients_page(
    uow: UnitOfWork, account_id: UUID, firm_id: UUID, after: UUID | None, limit: int
) -> Sequence[Client]:
    """The clients of a firm that the caller may see."""
    member = await member_of(uow, account_id, firm_id)
    return await repository.page(uow, firm_id, member.id, after, limit)


async def read_client(uow: UnitOfWork, account_id: UUID, firm_id: UUID, client_id: UUID) -> Client:
    """One client, for the staff who have to do with it; to everybody else it does not exist (A14)."""
    client, _ = await _seen(uow, account_id, firm_id, client_id)
    return client


async def history(
    uow: UnitOfWork, account_id: UUID, firm_id: UUID, client_id: UUID, before: int | None, limit: int
) -> Sequence[ClientVersion]:
    """The versions of a client's record, newest first."""
    await _seen(uow, account_id, firm_id, client_id)
    return await repository.versions(uow, client_id, before, limit)


async def change_client(
    uow: UnitOfWork,
    account_id: UUID,
    firm_id: UUID,
    client_id: UUID,
    values: Mapping[str, Any],
    check_version: CheckVersion,
) -> Client:
    """Changes fields of a client's record, for the staff who see the client: all of them are theirs to write (A7)."""
    client, membership_id = await _seen(uow, account_id, firm_id, client_id)
    editor = Editor(account_id, membership_id)
    return await edit(uow, editor, client, values, lambda _client, _fields: None, check_version)


async def edit(
    uow: UnitOfWork,
    editor: Editor,
    client: Client,
    values: Mapping[str, Any],
    require_allowed: Callable[[Client, Collection[str]], None],
    check_version: CheckVersion,
) -> Client:
    """Changes what differs, once the law has said yes to exactly those fields; nothing different changes nothing.

    Nobody is renamed by another code: user names are made of it when they are given, and stay (I3).
    """
    typed = domain.checked(values)
    if {"code", "bill_to"} & typed.keys():
        await firms.lock_firm(uow, client.firm_id)
    client = await repository.lock_client(uow, client.id)
    changes = {name: value for name, value in typed.items() if getattr(client, name) != value}
    require_allowed(client, changes.keys())
    check_version(client.version)
    if not changes:
        return client
    domain.refuse(domain.why_not_together(client.kind, {**as_content(client), **changes}))
    await _check_code(uow, client, changes)
    await _check_others(uow, client, editor.membership_id, changes)
    for name, value in changes.items():
        setattr(client, name, value)
    client.code_skeleton = skeleton(client.code)
    client.version += 1
    client.changed_at = await uow.now()
    await uow.session.flush()
    await _keep(uow, editor, client, Change.WRITTEN)
    await _write_down(uow, editor, client, changes)
    return client


def as_content(client: Client) -> dict[str, Any]:
    """A client's record in plain values, as its history keeps it."""
    values = {name: getattr(client, name) for name in domain.FIELDS}
    return {name: str(value) if isinstance(value, UUID) else value for name, value in values.items()}


async def _seen(uow: UnitOfWork, account_id: UUID, firm_id: UUID, client_id: UUID) -> tuple[Client, UUID]:
    member = await member_of(uow, account_id, firm_id)
    client = await repository.visible_client(uow, firm_id, member.id, client_id)
    if client is None:
        raise unknown()
    return client, member.id


async def _code_for(uow: UnitOfWork, firm_id: UUID, code: str | None) -> str:
    """The code of a new client, free while the firm is locked."""
    if code is None:
        return await repository.next_code(uow, firm_id)
    await firms.lock_firm(uow, firm_id)
    if await repository.code_taken(uow, firm_id, code):
        raise _code_taken()
    return code


async def _check_code(uow: UnitOfWork, client: Client, changes: Mapping[str, Any]) -> None:
    code = changes.get("code")
    if code is not None and await repository.code_taken(uow, client.firm_id, code, but=client.id):
        raise _code_taken()


def _code_taken() -> Conflict:
    detail = "Another client of the firm has this code, or one that looks like it."
    return Conflict(
        "code_taken", detail, rule=USER_NAMES, fields=(FieldError("code", "code_taken", detail, USER_NAMES),)
    )


async def _check_others(
    uow: UnitOfWork, client: Client, membership_id: UUID | None, changes: Mapping[str, Any]
) -> None:
    """Raises unless the branch is an open one of the firm, and the payer a client that the editor sees (A14)."""
    if changes.get("branch_id") is not None:
        await open_branch(uow, client.firm_id, changes["branch_id"])
    payer_id = changes.get("bill_to")
    if payer_id is None:
        return
    payer = membership_id and await repository.visible_client(uow, client.firm_id, membership_id, payer_id)
    if not payer:
        domain.refuse(domain.why_unknown_payer())
    domain.refuse(domain.why_not_billed_to(client.id, payer_id, await repository.payers_of(uow, payer_id)))


async def _keep(uow: UnitOfWork, editor: Editor, client: Client, change: Change) -> None:
    uow.session.add(
        ClientVersion(
            client_id=client.id,
            version=client.version,
            at=client.changed_at,
            account_id=editor.account_id,
            party=editor.party,
            change=change,
            content=as_content(client),
        )
    )


async def _write_down(uow: UnitOfWork, editor: Editor, client: Client, changes: Collection[str]) -> None:
    details = {"fields": ",".join(sorted(changes)), "party": editor.party, "version": client.version}
    fact = Fact("client_changed", client.firm_id, "client", client.id, "A7", editor.dossier_id, details=details)
    journal.add(uow, Actor.account(editor.account_id), fact, client.changed_at)
