"""The system's HTTP as a program uses it: an answer that was not expected is an error that says which and why."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

Token = Callable[[], Awaitable[str]]


class Unexpected(Exception):
    """The system did something else than it should."""


@dataclass(frozen=True)
class Refusal:
    """A problem (RFC 9457): its status, code, and the number of the rule that refused."""

    status: int
    code: str
    rule: str | None
    detail: str

    def __str__(self) -> str:
        return f"{self.status} {self.code}" + (f", {self.rule}" if self.rule else "")


class Api:
    """Requests by one caller: nobody, or whoever `token` speaks for."""

    def __init__(self, http: httpx.AsyncClient, token: Token | None = None) -> None:
        self._http = http
        self._token = token

    async def send(
        self,
        method: str,
        path: str,
        json: object = None,
        headers: Mapping[str, str] | None = None,
        *,
        form: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """The answer, whatever it is."""
        own = {"Authorization": f"Bearer {await self._token()}"} if self._token else {}
        return await self._http.request(method, path, headers={**own, **(headers or {})}, json=json, data=form)

    async def get(self, path: str) -> Any:
        return await self._done("GET", path)

    async def post(self, path: str, json: object = None, headers: Mapping[str, str] | None = None) -> Any:
        return await self._done("POST", path, json, headers)

    async def put(self, path: str, json: object = None, headers: Mapping[str, str] | None = None) -> Any:
        return await self._done("PUT", path, json, headers)

    async def patch(self, path: str, json: object, headers: Mapping[str, str] | None = None) -> Any:
        return await self._done("PATCH", path, json, headers)

    async def refused(self, method: str, path: str, json: object = None) -> Refusal:
        """The refusal of a request that must not succeed."""
        response = await self.send(method, path, json)
        if response.is_success:
            raise Unexpected(f"{method} {path} was answered {response.status_code} and should have been refused")
        return refusal_of(response)

    async def _done(self, method: str, path: str, json: object = None, headers: Mapping[str, str] | None = None) -> Any:
        response = await self.send(method, path, json, headers)
        if not response.is_success:
            raise Unexpected(f"{method} {path} was refused: {refusal_of(response)}: {refusal_of(response).detail}")
        return response.json() if response.content else None


def refusal_of(response: httpx.Response) -> Refusal:
    """What a refusing answer says; a page or an answer of another kind says its status only."""
    if "json" not in response.headers.get("content-type", ""):
        return Refusal(response.status_code, "", None, response.reason_phrase)
    problem = response.json()
    errors = "; ".join(f"{error['field']}: {error['detail']}" for error in problem.get("errors") or ())
    return Refusal(
        response.status_code, problem.get("code", ""), problem.get("rule"), errors or problem.get("detail", "")
    )
