"""The floor: a bare ASGI application on uvicorn that fetches one grant by its index: `python floor.py URL PORT`."""

import asyncio
import json
import sys
from typing import Any
from uuid import UUID

import asyncpg
import uvicorn
import uvloop

FETCH = """
    SELECT id, person_id, "right", state FROM access_grant
    WHERE account_id = $1 AND dossier_id = $2 AND state IN ('offered', 'active')
"""
POOL = 8  # as many connections as the service has
HEADERS = [(b"content-type", b"application/json")]


async def read_body(receive: Any) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return body


async def main(url: str, port: int) -> None:
    pool = await asyncpg.create_pool(url, min_size=POOL, max_size=POOL)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        question = json.loads(await read_body(receive))
        row = await pool.fetchrow(FETCH, UUID(question["account_id"]), UUID(question["dossier_id"]))
        answer = json.dumps({"allowed": row is not None, "right": row and row["right"]}).encode()
        length = (b"content-length", str(len(answer)).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [*HEADERS, length]})
        await send({"type": "http.response.body", "body": answer})

    config = uvicorn.Config(app, port=port, log_config=None, access_log=False, proxy_headers=False, lifespan="off")
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(sys.argv[1], int(sys.argv[2])))
