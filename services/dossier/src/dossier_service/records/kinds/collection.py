"""The routes of a kind of record, typed by what it takes and shows: list, add, read, write, remove, history."""

import inspect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from fastapi import APIRouter, Response
from service_kit.db import UnitOfWork, UoW
from service_kit.http.auth import Caller
from service_kit.http.etags import IfMatch, require_match
from service_kit.http.pages import Page, PageParams, page_of
from service_kit.http.problems import problem_responses

from dossier_service.edge.callers import SignedIn
from dossier_service.edge.routing import EDITS, READS, WRITES, position
from dossier_service.records import service
from dossier_service.records.schemas import ContentIn, RecordOut, VersionOut, version_before, versions_page
from dossier_service.records.service import Call, RecordKind
from dossier_service.records.tables import Record

SECTIONS = "/dossiers/{dossier_id}/sections"

In = TypeVar("In", bound=ContentIn)
Out = TypeVar("Out", bound=RecordOut)


@dataclass(frozen=True)
class Collection(Generic[In, Out]):
    """A kind of record at its path below the sections; `listed_at` is the section's own path when it lists them."""

    kind: RecordKind
    path: str
    body: type[In]
    shown: type[Out]
    page: type[Page[Out]]
    listed_at: str | None = None

    async def show(self, uow: UnitOfWork, records: Sequence[Record]) -> list[Out]:
        """The records as answers; a kind of which something is computed does it here."""
        return [self.shown.of(record) for record in records]

    def serve(self, router: APIRouter) -> None:
        """Adds the routes; the list is left to whoever shows more than records there."""
        whole = SECTIONS + self.path
        one, name = whole + "/{record_id}", str(self.kind.name)
        reads, writes, edits = (problem_responses(*refusals) for refusals in (READS, WRITES, EDITS))
        shown = self.shown
        if self.listed_at is not None:
            listed = router.get(
                SECTIONS + self.listed_at, name=f"list_{name}s", response_model=self.page, responses=reads
            )
            listed(self.read_page)
        add = router.post(whole, name=f"add_{name}", status_code=201, response_model=shown, responses=writes)
        add(_typed(self.add, self.body))
        router.get(one, name=f"read_{name}", response_model=shown, responses=reads)(self.read)
        write = router.put(one, name=f"write_{name}", response_model=shown, responses=edits)
        write(_typed(self.write, self.body))
        router.delete(one, name=f"remove_{name}", status_code=204, responses=edits)(self.remove)
        history = f"read_{name}_history"
        router.get(one + "/history", name=history, response_model=Page[VersionOut], responses=reads)(self.history)

    async def read_page(self, dossier_id: UUID, caller: SignedIn, uow: UoW, page: PageParams) -> Page[Out]:
        """The records, oldest first."""
        records = await service.page(uow, self.call(caller, dossier_id), position(page), page.limit + 1)
        found = page_of(records, page.limit, key=lambda record: (record.id,), item=lambda record: record)
        return self.page(items=await self.show(uow, found.items), next=found.next)

    async def add(self, dossier_id: UUID, body: In, caller: SignedIn, uow: UoW, response: Response) -> Out:
        """Writes a new record into its section."""
        record = await service.add(uow, self.call(caller, dossier_id), body.draft())
        return await self._one(uow, record, response)

    async def read(self, dossier_id: UUID, record_id: UUID, caller: SignedIn, uow: UoW, response: Response) -> Out:
        """One record."""
        record = await service.read(uow, self.call(caller, dossier_id), record_id)
        return await self._one(uow, record, response)

    async def write(
        self,
        dossier_id: UUID,
        record_id: UUID,
        body: In,
        caller: SignedIn,
        uow: UoW,
        response: Response,
        if_match: IfMatch = None,
    ) -> Out:
        """Replaces a record; what is left out is emptied."""
        call = self.call(caller, dossier_id)
        record = await service.write(
            uow, call, record_id, body.draft(), lambda version: require_match(if_match, version)
        )
        return await self._one(uow, record, response)

    async def remove(
        self, dossier_id: UUID, record_id: UUID, caller: SignedIn, uow: UoW, if_match: IfMatch = None
    ) -> None:
        """Takes a record out of its section; its history stays."""
        call = self.call(caller, dossier_id)
        await service.remove(uow, call, record_id, lambda version: require_match(if_match, version))

    async def history(
        self, dossier_id: UUID, record_id: UUID, caller: SignedIn, uow: UoW, page: PageParams
    ) -> Page[VersionOut]:
        """The versions of a record, newest first, after its removal too."""
        call = self.call(caller, dossier_id)
        found = await service.history(uow, call, record_id, version_before(page), page.limit + 1)
        return versions_page(*found, page.limit)

    def call(self, caller: Caller, dossier_id: UUID) -> Call:
        return Call(caller.account_id, dossier_id, self.kind)

    async def _one(self, uow: UnitOfWork, record: Record, response: Response) -> Out:
        (shown,) = await self.show(uow, [record])
        response.headers["ETag"] = shown.etag
        return shown


def _typed(endpoint: Callable[..., Awaitable[Any]], body: type[ContentIn]) -> Callable[..., Awaitable[Any]]:
    """The endpoint with the type of its body said, which the framework reads from the signature."""

    async def typed(**arguments: Any) -> Any:
        return await endpoint(**arguments)

    signature = inspect.signature(endpoint)
    parameters = [one.replace(annotation=body) if one.name == "body" else one for one in signature.parameters.values()]
    vars(typed)["__signature__"] = signature.replace(parameters=parameters)
    typed.__doc__ = endpoint.__doc__
    return typed
