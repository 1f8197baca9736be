"""What identity's use cases are given: one frozen value, built by bootstrap, replaced as a whole in tests."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from service_kit.db import Database
from service_kit.security.sealing import Sealer

from identity_service.keys.signer import TokenSigner
from identity_service.passwords.hasher import Passwords
from identity_service.randomness import CodeBox, Randomness


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
    public_base_url: str

    def link_to(self, path: str) -> str:
        """An absolute URL behind the gateway; never made from a request's Host header."""
        return f"{self.public_base_url}{path}"


def get_deps(request: Request) -> IdentityDeps:
    """The dependencies that the application was opened with."""
    deps: IdentityDeps = request.app.state.deps
    return deps


DepsDep = Annotated[IdentityDeps, Depends(get_deps)]
