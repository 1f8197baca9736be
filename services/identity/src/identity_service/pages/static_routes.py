"""The files that pages load: a stylesheet and an icon, read once."""

from fastapi import APIRouter, Response

from identity_service.pages.rendering import asset

router = APIRouter(prefix="/static/identity", include_in_schema=False)
_STYLE = asset("style.css")
_ICON = asset("icon.svg")
_KEPT = {"Cache-Control": "public, max-age=3600"}


@router.get("/style.css")
async def style() -> Response:
    """The one stylesheet."""
    return Response(_STYLE, media_type="text/css", headers=_KEPT)


@router.get("/icon.svg")
async def icon() -> Response:
    """What a browser shows beside the title."""
    return Response(_ICON, media_type="image/svg+xml", headers=_KEPT)
