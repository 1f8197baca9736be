"""What protects a browser's requests: forms are taken from our own pages only, the cookie is out of reach."""

from typing import Annotated
from urllib.parse import urlencode, urlsplit

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse
from service_kit.errors import Forbidden

from identity_service.deps import IdentityDeps
from identity_service.pages.language import asked_language
from identity_service.sessions.domain import BROWSER_SESSION_LIFETIME

# The same as for programs: what is longer is no password of ours, and is not worth the work of comparing it.
LONGEST_PASSWORD = 1000


def is_own_form(origin: str | None, fetch_site: str | None, base_url: str) -> bool:
    """Whether a POST comes from a page of ours.

    Browsers say so in `Sec-Fetch-Site`. Those that do not know it send `Origin`; under our own
    `Referrer-Policy: no-referrer` that may be `null`, which then proves nothing and is refused. A request
    with neither header is no browser's, carries nobody's cookie, and needs no protection.
    """
    if fetch_site is not None:
        return fetch_site in ("same-origin", "none")
    if origin is not None:
        return origin.lower() == _origin(base_url)
    return True


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def own_form(request: Request) -> None:
    """Dependency of every page that takes a POST: refuses other sites' forms before anything is read."""
    deps: IdentityDeps = request.app.state.deps
    if not is_own_form(request.headers.get("origin"), request.headers.get("sec-fetch-site"), deps.public_base_url):
        raise Forbidden("foreign_form", "This form was not sent from our own page.")


OwnForm = Annotated[None, Depends(own_form)]


def _is_secure(deps: IdentityDeps) -> bool:
    return deps.public_base_url.startswith("https://")


def cookie_name(deps: IdentityDeps) -> str:
    """`__Host-` binds the cookie to this host and to https; browsers refuse the prefix without it."""
    return "__Host-session" if _is_secure(deps) else "session"


def set_cookie(response: Response, deps: IdentityDeps, secret: str) -> None:
    """Keeps the session in the browser, unreadable for scripts and not sent along by other sites' forms."""
    response.set_cookie(
        cookie_name(deps),
        secret,
        max_age=int(BROWSER_SESSION_LIFETIME.total_seconds()),
        path="/",
        secure=_is_secure(deps),
        httponly=True,
        samesite="lax",
    )


def clear_cookie(response: Response, deps: IdentityDeps) -> None:
    """Takes it back."""
    response.delete_cookie(cookie_name(deps), path="/", secure=_is_secure(deps), httponly=True, samesite="lax")


def see_other(request: Request, path: str, *, keep_language: bool = True, **query: str) -> RedirectResponse:
    """303, keeping the language that was asked for."""
    asked = asked_language(request.query_params.get("lang")) if keep_language else None
    address = "?".join(filter(None, (path, urlencode({**query, **({"lang": asked.value} if asked else {})}))))
    return RedirectResponse(address, 303, {"Cache-Control": "no-store"})
