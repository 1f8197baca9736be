"""The owner's first page and their profile: what is open to them, and what they may change (I13)."""

from collections.abc import Sequence
from typing import Annotated

from event_contracts.people import OfferKind
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from service_kit.db import UoW
from service_kit.errors import Conflict, DomainError, Invalid

from identity_service.deps import DepsDep
from identity_service.invitations.access import Access, my_access
from identity_service.owner.profile import ProfileChanges, change_profile
from identity_service.pages.browser import OwnForm, see_other
from identity_service.pages.language import asked_language
from identity_service.pages.owner import Owner, OwnerDep, OwnerRoute, owner_page
from identity_service.pages.rendering import RENDERER, Page

router = APIRouter(prefix="/account", route_class=OwnerRoute, include_in_schema=False)
SECTIONS = ("profile", "contact", "password", "recovery-codes", "sessions", "access", "data")
_LONGEST_NAME = 500


@router.api_route("", methods=["GET", "HEAD"])
async def overview(request: Request, owner: OwnerDep, uow: UoW) -> HTMLResponse:
    """Who is signed in, what is open to them over all firms, and the way to everything else."""
    access = await my_access(uow, owner.account.id)
    values = {
        "full_name": f"{owner.account.given_name} {owner.account.family_name}".strip(),
        "email": owner.account.email,
        "access": access,
        "sections": SECTIONS,
        "phone_is_missing": owner.account.phone is None and _is_staff(access),
    }
    return RENDERER.answer(request, owner_page(owner, "overview.html", values))


def _is_staff(access: Sequence[Access]) -> bool:
    """Staff need a verified phone, also for a place that has yet to open (A14)."""
    return any(each.kind is OfferKind.FIRM for each in access)


@router.get("/profile")
async def profile(request: Request, owner: OwnerDep) -> HTMLResponse:
    """Names and language; the user name never changes (I3)."""
    account = owner.account
    page = _profile_page(owner, account.given_name, account.family_name, account.language.value)
    return RENDERER.answer(request, page)


@router.post("/profile")
async def take_profile(
    request: Request,
    owner: OwnerDep,
    deps: DepsDep,
    _own: OwnForm,
    given_name: Annotated[str, Form()] = "",
    family_name: Annotated[str, Form()] = "",
    language: Annotated[str, Form()] = "",
) -> Response:
    """Saves them. The page then speaks the new language, whichever was asked for before."""
    given_name, family_name = given_name[:_LONGEST_NAME], family_name[:_LONGEST_NAME]
    changes = ProfileChanges(given_name, family_name, asked_language(language))
    try:
        async with deps.database.transaction() as uow:
            await change_profile(uow, owner.session_id, changes)
    except (Invalid, Conflict) as error:
        page = _profile_page(owner, given_name, family_name, language, error)
        return RENDERER.answer(request, page)
    return see_other(request, "/account/profile", keep_language=False, done="profile")


def _profile_page(owner: Owner, given: str, family: str, language: str, error: DomainError | None = None) -> Page:
    names = {"given_name": given, "family_name": family}
    values = {**names, "given_name_needed": bool(owner.account.given_name), "language": language}
    return owner_page(owner, "profile.html", values, error, says=("profile",))
