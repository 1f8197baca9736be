"""How many statements a decision sends, counted in this process on the real application; BEGIN and COMMIT besides."""

from collections.abc import Mapping
from contextlib import AsyncExitStack

import httpx
from client import Request
from dossier_service.access.decisions.routes import router
from service_kit.db import Database
from service_kit.testing.http import open_client
from service_kit.testing.tokens import TestIssuer
from sqlalchemy import event


async def statements_of(url: str, issuer: TestIssuer, requests: Mapping[str, Request]) -> dict[str, int]:
    """Per request, by its name; asked twice, so that what a first request alone does is not counted."""
    async with AsyncExitStack() as stack:
        database = Database(url, source="dossier")
        stack.push_async_callback(database.close)
        client = await stack.enter_async_context(open_client((router,), database=database, verifier=issuer.verifier))
        return {name: await _counted(database, client, request) for name, request in requests.items()}


async def _counted(database: Database, client: httpx.AsyncClient, request: Request) -> int:
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    for _ in range(2):
        sent.clear()
        event.listen(database.engine.sync_engine, "before_cursor_execute", note)
        answer = await client.request(request.method, request.path, json=request.body, headers=dict(request.headers))
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)
        assert answer.status_code == 200, answer.text
    return len(sent)
