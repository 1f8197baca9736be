"""Who is signed in, for the pages that belong to them; everybody else is led to signing in."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from service_kit.db import UnitOfWork
from service_kit.errors import DomainError, Unauthenticated

from identity_service.accounts.tables import Account
from identity_service.deps import DepsDep, IdentityDeps
from identity_service.pages.browser import clear_cookie, cookie_name, see_other
from identity_service.pages.rendering import Page, problems_of, status_of
from identity_service.sessions.service import browser_session


class NotSignedIn(Exception):
    """No session, or one that is over."""


@dataclass(frozen=True)
class Owner:
    """The signed-in person: the session they act in, and their account as it was when the request came."""

    session_id: UUID
    account: Account


def owner_page(
    owner: Owner,
    template: str,
    values: Mapping[str, Any],
    error: DomainError | None = None,
    *,
    says: Sequence[str] = (),
) -> Page:
    """A page of the signed-in person, in their language, with what was wrong, if anything."""
    shown = {**values, "problems": problems_of(error)}
    account = owner.account
    return Page(f"account/{template}", shown, account.language, status_of(error), account.user_name, says)


class OwnerRoute(APIRoute):
    """A route that only makes sense to somebody signed in; a session that ends meanwhile leads to signing in, too."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                return await handler(request)
            except (NotSignedIn, Unauthenticated):
                response = see_other(request, "/sign-in")
                clear_cookie(response, request.app.state.deps)
                return response

        return guarded


async def signed_in(uow: UnitOfWork, request: Request, deps: IdentityDeps) -> Owner:
    """The owner of the cookie's session; raises NotSignedIn."""
    cookie = request.cookies.get(cookie_name(deps))
    found = await browser_session(uow, cookie) if cookie else None
    if found is None:
        raise NotSignedIn
    return Owner(found[0].id, found[1])


async def _owner(request: Request, deps: DepsDep) -> Owner:
    # In a transaction of its own: the use cases behind the forms open theirs, and hash between them.
    async with deps.database.transaction() as uow:
        return await signed_in(uow, request, deps)


OwnerDep = Annotated[Owner, Depends(_owner)]
