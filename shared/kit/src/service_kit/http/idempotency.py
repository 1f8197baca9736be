"""`Idempotency-Key` on POST (IETF draft): the same key gives one effect and the same answer, however often it is sent.

A router is made idempotent in one line, and its POST routes, all of which need a signed-in caller, need nothing more:

    router = APIRouter(prefix="/api/dossier/v1", route_class=IdempotentRoute)

The key belongs to a caller, a method and a path. The claim is a row inserted in the request's own transaction: an equal
request that comes meanwhile waits on the unique index and then replays the stored answer (`Idempotent-Replayed: true`);
one that waits longer than the lock timeout is told 409 to come back. The same key with another body is 422. Only
successful answers are stored; an error rolls the claim back with everything else, so the request may be sent again.
Stored answers are kept for RETENTION, then `purge_idempotency_keys` removes them and the key is new again.
Never use it where an answer holds a credential (sign-in, tokens): answers are stored in clear.
"""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated, Any, cast

from fastapi import Depends, Header, Request
from fastapi.routing import APIRoute
from sqlalchemy import Column, DateTime, Integer, LargeBinary, MetaData, Table, Text, delete, func, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.exc import DBAPIError
from starlette.responses import Response

from service_kit.db import UnitOfWork, UoW
from service_kit.errors import Conflict, FieldError, Invalid
from service_kit.http.auth import Caller, CurrentCaller

RETENTION = timedelta(hours=24)
LONGEST_KEY = 255
_STORED_HEADERS = ("content-type", "etag", "location")
_LOCK_NOT_AVAILABLE = "55P03"

# The table is created by the kit's migration; this is how it looks from here.
_keys = Table(
    "idempotency_key",
    MetaData(),
    Column("scope", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", LargeBinary),
    Column("status", Integer),
    Column("headers", JSONB),
    Column("body", LargeBinary),
    Column("created_at", DateTime(timezone=True)),
)


class _AlreadyAnswered(Exception):
    """Leaves the route before it runs; carries the stored answer."""

    def __init__(self, response: Response) -> None:
        self.response = response


class _Claim:
    """The row that this request inserted and nobody else sees until it commits."""

    def __init__(self, uow: UnitOfWork, scope: str, key: str) -> None:
        self._uow = uow
        self._is_mine = (_keys.c.scope == scope) & (_keys.c.key == key)

    async def settle(self, response: Response) -> None:
        """Stores a success with the effect it tells of; forgets the key after any other answer."""
        if not 200 <= response.status_code < 300:
            await self._uow.session.execute(delete(_keys).where(self._is_mine))
            return
        headers = {name: response.headers[name] for name in _STORED_HEADERS if name in response.headers}
        answer = {"status": response.status_code, "headers": headers, "body": bytes(response.body)}
        await self._uow.session.execute(update(_keys).where(self._is_mine).values(answer))


async def _claim(
    request: Request,
    uow: UoW,
    caller: CurrentCaller,
    key: Annotated[str | None, Header(alias="Idempotency-Key", description="Makes a repeated POST safe")] = None,
) -> None:
    """Dependency of every POST of an idempotent router."""
    if key is None:
        return
    scope, key = _scope(request, caller), _clean(key)
    fingerprint = hashlib.sha256(request.url.query.encode() + b"\0" + await request.body()).digest()
    if await _insert(uow, scope, key, fingerprint):
        request.state.idempotency_claim = _Claim(uow, scope, key)
        return
    raise _AlreadyAnswered(await _stored_answer(uow, scope, key, fingerprint))


async def _insert(uow: UnitOfWork, scope: str, key: str, fingerprint: bytes) -> bool:
    statement = insert(_keys).values(scope=scope, key=key, fingerprint=fingerprint).on_conflict_do_nothing()
    try:
        result = await uow.session.execute(statement.returning(_keys.c.key))
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
            raise _in_progress() from error
        raise
    return result.first() is not None


async def _stored_answer(uow: UnitOfWork, scope: str, key: str, fingerprint: bytes) -> Response:
    columns = (_keys.c.fingerprint, _keys.c.status, _keys.c.headers, _keys.c.body)
    query = select(*columns).where(_keys.c.scope == scope, _keys.c.key == key)
    row = (await uow.session.execute(query)).one_or_none()
    if row is None or row.status is None:
        raise _in_progress()
    if row.fingerprint != fingerprint:
        detail = "This Idempotency-Key was used with another request."
        raise Invalid("idempotency_key_reused", detail, fields=(_header_error("idempotency_key_reused", detail),))
    return Response(row.body, row.status, {**row.headers, "Idempotent-Replayed": "true"})


def _scope(request: Request, caller: Caller) -> str:
    return f"{caller.kind}:{caller.account_id} {request.method} {request.url.path}"


def _clean(key: str) -> str:
    """The draft quotes the key as a structured string; most clients do not. Both are the same key."""
    bare = key[1:-1] if len(key) > 1 and key[0] == key[-1] == '"' else key
    if not (0 < len(bare) <= LONGEST_KEY and bare.isascii() and bare.isprintable()):
        detail = f"An Idempotency-Key has 1 to {LONGEST_KEY} printable ASCII characters."
        raise Invalid("idempotency_key_malformed", detail, fields=(_header_error("idempotency_key_malformed", detail),))
    return bare


def _header_error(code: str, detail: str) -> FieldError:
    return FieldError("Idempotency-Key", code, detail)


def _in_progress() -> Conflict:
    detail = "The first request with this Idempotency-Key is still being answered."
    return Conflict("idempotency_key_in_progress", detail, retry_after=1)


class IdempotentRoute(APIRoute):
    """A route whose POST honours `Idempotency-Key`; other methods are as ever."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        if "POST" in (options.get("methods") or ()):
            options["dependencies"] = [*(options.get("dependencies") or ()), Depends(_claim)]
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Callable[[Request], Any]:
        handler = cast(Callable[[Request], Awaitable[Response]], super().get_route_handler())

        async def idempotent(request: Request) -> Response:
            try:
                response = await handler(request)
            except _AlreadyAnswered as answered:
                return answered.response
            claim: _Claim | None = getattr(request.state, "idempotency_claim", None)
            if claim is not None:
                # The unit of work is still open here: FastAPI ends it, and so commits, after this returns.
                await claim.settle(response)
            return response

        return idempotent


async def purge_idempotency_keys(uow: UnitOfWork, retention: timedelta = RETENTION) -> int:
    """Removes stored answers older than `retention`; says how many."""
    too_old = _keys.c.created_at < func.now() - retention
    result = await uow.session.execute(delete(_keys).where(too_old).returning(_keys.c.key))
    return len(result.all())
