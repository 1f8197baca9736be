"""Who calls: the bearer token of a request, verified, as a small value; no route sees a token or a claim."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from service_kit.errors import Forbidden, Unauthenticated
from service_kit.security.tokens import CallerKind, TokenVerifier

_bearer = HTTPBearer(auto_error=False, description="Access token of identity")


@dataclass(frozen=True, slots=True)
class Caller:
    """A person who signed in (`user`), or a program (`system`) with its client id and a stable id made of it."""

    account_id: UUID
    session_id: UUID | None
    kind: CallerKind
    client_id: str | None = None


async def current_caller(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Caller:
    """The caller, or 401 with `WWW-Authenticate`."""
    if credentials is None:
        raise Unauthenticated("token_missing", "An access token is needed.")
    verifier: TokenVerifier = request.app.state.verifier
    claims = await verifier.verify(credentials.credentials)
    request.state.caller = str(claims.subject_id)  # for the access log
    return Caller(
        account_id=claims.subject_id,
        session_id=claims.session_id,
        kind=claims.kind,
        client_id=claims.subject if claims.kind == "system" else None,
    )


CurrentCaller = Annotated[Caller, Depends(current_caller)]


async def current_user(caller: CurrentCaller) -> Caller:
    """The caller when it is a person; systems are refused."""
    if caller.kind != "user":
        raise Forbidden("people_only", "This is for people who signed in.")
    return caller


async def current_system(caller: CurrentCaller) -> Caller:
    """The caller when it is a program; people are refused."""
    if caller.kind != "system":
        raise Forbidden("systems_only", "This is for systems with client credentials.")
    return caller


CurrentUser = Annotated[Caller, Depends(current_user)]
CurrentSystem = Annotated[Caller, Depends(current_system)]
