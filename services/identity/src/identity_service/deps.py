"""What identity's use cases are given: one frozen value, built by bootstrap, replaced as a whole in tests."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from service_kit.db import Database
from service_kit.errors import Unauthenticated
from service_kit.http.auth import CurrentUser
from service_kit.http.client_address import ClientAddress
from service_kit.security.sealing import Sealer

from identity_service.keys.signer import TokenSigner
from identity_service.limits.domain import Limits
from identity_service.passwords.hasher import Passwords
from identity_service.randomness import CodeBox, Randomness
from identity_service.sessions.domain import Device, shortened


@dataclass(frozen=True)
class IdentityDeps:
    """Everything with a state of its own that a use case needs besides its transaction."""

    database: Database
    sealer: Sealer
    passwords: Passwords
    common_passwords: Collection[str]
    signer: TokenSigner
    randomness: Randomness
    codes: CodeBox
    limits: Limits
    public_base_url: str
    zone: ZoneInfo

    def link_to(self, path: str) -> str:
        """An absolute URL behind the gateway; never made from a request's Host header."""
        return f"{self.public_base_url}{path}"


def get_deps(request: Request) -> IdentityDeps:
    """The dependencies that the application was opened with."""
    deps: IdentityDeps = request.app.state.deps
    return deps


DepsDep = Annotated[IdentityDeps, Depends(get_deps)]


def device_of(request: Request, address: ClientAddress) -> Device:
    """What this request comes from, as far as it says."""
    return Device(shortened(request.headers.get("user-agent", "")), address)


CallerDevice = Annotated[Device, Depends(device_of)]


async def own_session(caller: CurrentUser) -> UUID:
    """The session that a person's token was given in; whether it is over is the use case's to ask."""
    if caller.session_id is None:
        raise Unauthenticated("session_over", "Please sign in again.", rule="I10")
    return caller.session_id


OwnSession = Annotated[UUID, Depends(own_session)]
