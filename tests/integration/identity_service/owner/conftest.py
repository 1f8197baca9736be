"""The signed-in owner of an account, with what only the owner reads: codes and links sealed in events."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from event_contracts.people import SealPurpose
from event_contracts.security import (
    ContactCodeIssued,
    PasswordResetIssued,
    SecurityNoticeIssued,
    SecurityNoticeKind,
    SessionEnded,
)
from identity_service.recovery.issuing import issue_next

World = Any
API = "/api/identity/v1"
PASSWORD = "een korte zin die blijft"
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Owner:
    """Somebody who signed in, and the world they did it in."""

    world: World
    account_id: UUID
    session_id: str
    access_token: str
    refresh_token: str

    async def call(self, method: str, path: str, json: Any = None) -> httpx.Response:
        answer: httpx.Response = await self.world.client.request(
            method, f"{API}/me{path}", json=json, headers={"Authorization": f"Bearer {self.access_token}"}
        )
        return answer

    async def begin(self, kind: str, value: str, password: str = PASSWORD) -> httpx.Response:
        return await self.call("POST", "/contact-changes", {"kind": kind, "value": value, "password": password})

    async def confirm(self, change_id: str, code: str) -> httpx.Response:
        return await self.call("POST", f"/contact-changes/{change_id}/confirmation", {"code": code})

    async def contact_code(self) -> str:
        """The newest code for a new address or number, as whoever has that address reads it."""
        said = (await self.world.harness.said(ContactCodeIssued))[-1]
        code: str = self.world.deps.sealer.open(
            said.sealed_code,
            purpose=SealPurpose.CONTACT_CODE,
            subject=str(said.change_id),
            recipient=said.address,
            now=said.expires_at - SECOND,
        )
        return code

    async def change(self, kind: str, value: str) -> httpx.Response:
        """A whole change: begun, code read, code entered."""
        begun = await self.begin(kind, value)
        assert begun.status_code == 202, begun.text
        return await self.confirm(begun.json()["change_id"], await self.contact_code())

    async def notices(self, kind: SecurityNoticeKind) -> list[SecurityNoticeIssued]:
        return [said for said in await self.world.harness.said(SecurityNoticeIssued) if said.kind is kind]

    async def ended(self) -> dict[str, str]:
        """Sessions that were said to be over, and why."""
        return {str(said.session_id): said.reason for said in await self.world.harness.said(SessionEnded)}

    async def ask_reset(self, user_name: str = "jan@example.org") -> httpx.Response:
        answer: httpx.Response = await self.world.client.post(f"{API}/password-resets", json={"user_name": user_name})
        return answer

    async def reset_tokens(self) -> list[str]:
        """Lets the worker mail what was asked for; the tokens of all links so far, oldest first."""
        while await issue_next(self.world.deps):
            pass
        return [self._token(said) for said in await self.world.harness.said(PasswordResetIssued)]

    def _token(self, said: PasswordResetIssued) -> str:
        url: str = self.world.deps.sealer.open(
            said.sealed_link,
            purpose=SealPurpose.PASSWORD_RESET,
            subject=str(said.reset_id),
            recipient=said.recipient.email,
            now=said.expires_at - SECOND,
        )
        assert url.startswith("http://test/password-reset/")
        return url.rpartition("/")[2]

    async def reset(self, token: str, password: str) -> httpx.Response:
        answer: httpx.Response = await self.world.client.post(
            f"{API}/password-resets/{token}", json={"password": password}
        )
        return answer


@pytest.fixture
async def owner(world: World) -> Owner:
    """Jan Peeters, whose account exists, signed in once."""
    made = await world.active()
    tokens = await world.sign_in()
    return Owner(world, UUID(made["account_id"]), tokens["session_id"], tokens["access_token"], tokens["refresh_token"])
