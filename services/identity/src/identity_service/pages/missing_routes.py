"""Addresses under our pages' paths that nothing is served at: a page that says so, for people who mistyped one."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from identity_service.pages.rendering import RENDERER, Page

router = APIRouter(include_in_schema=False)


@router.get("/account/{rest:path}")
@router.get("/forgotten-password/{rest:path}")
@router.get("/invitation/{rest:path}")
@router.get("/password-reset/{rest:path}")
@router.get("/sign-in/{rest:path}")
async def missing(request: Request) -> HTMLResponse:
    """The same for everybody, signed in or not."""
    return RENDERER.answer(request, Page("missing.html", {}, None, 404))
