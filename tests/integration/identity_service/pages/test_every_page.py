"""What holds for all pages at once: guarded answers, forms of our own only, nothing for strangers to the account."""

from typing import Any
from uuid import uuid4

import pytest
from event_contracts.people import Language
from fastapi.routing import APIRoute
from identity_service.pages.routes import ROUTERS

World = Any
Visitor = Any
FOREIGN = [
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "same-site", "Origin": "https://evil.example.org"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
]
# Under the account, yet the same for everybody.
STRANGERS = ("/account/sign-out", "/account/{rest:path}")
NAMES = ("session_id", "offer_id", "change_id")


def paths(method: str) -> list[str]:
    """Every page's path of that method, as it stands in its route."""
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    return sorted(route.path for route in routes if method in route.methods)


def filled(path: str, token: str) -> str:
    values = {name: str(uuid4()) for name in NAMES}
    return path.replace(":uuid", "").replace(":path", "").format(token=token, rest="what/is/this", **values)


PAGES = [path for path in paths("GET") if not path.startswith("/static/")]
OWN_PAGES = [path for path in PAGES if path.startswith("/account") and path not in STRANGERS]


def test_the_table_below_is_no_empty_one() -> None:
    assert len(PAGES) >= 24
    assert len(paths("POST")) >= 16
    assert len(OWN_PAGES) >= 12


@pytest.mark.parametrize("language", [each.value for each in Language])
async def test_every_page_is_guarded_and_sound_in_every_language(world: World, owner: Visitor, language: str) -> None:
    token = await world.invited(world.offered(person=world.person(email="ann@example.org")))
    shown = 0
    for path in PAGES:
        answer = await owner.get(f"{filled(path, token)}?lang={language}")
        assert answer.headers["cache-control"] == "no-store", path
        assert answer.status_code in (200, 303, 404), path
        if answer.status_code != 303 and path != "/account/data/export":
            assert f'<html lang="{language}">' in answer.text, path
            shown += 1
    assert shown >= 15


@pytest.mark.parametrize("path", OWN_PAGES)
async def test_pages_of_an_owner_lead_everybody_else_to_signing_in(visitor: Visitor, path: str) -> None:
    answer = await visitor.get(filled(path, "x"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


async def test_forms_of_an_owner_lead_everybody_else_to_signing_in(world: World, visitor: Visitor) -> None:
    before = await world.everything()
    for path in paths("POST"):
        if path.startswith("/account/") and path != "/account/sign-out":
            answer = await visitor.send(filled(path, "x"), kind="email", value="x", password="x")
            assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in"), path
    assert await world.everything() == before


@pytest.mark.parametrize("headers", FOREIGN)
async def test_forms_of_other_sites_are_refused_before_anything_is_done(
    world: World, owner: Visitor, headers: dict[str, str]
) -> None:
    token = await world.invited(world.offered(person=world.person(email="ann@example.org")))
    fields = {"user_name": "ann", "password": "een korte zin die blijft", "kind": "email", "value": "x@example.org"}
    before = await world.everything()
    for path in paths("POST"):
        answer = await owner.client.post(filled(path, token), data=fields, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "foreign_form"), path
    assert await world.everything() == before


async def test_looking_at_every_page_changes_nothing(world: World, owner: Visitor) -> None:
    token = await world.invited(world.offered(person=world.person(email="ann@example.org")))
    await owner.get("/account")
    before = await world.everything()
    for path in PAGES:
        await owner.get(filled(path, token))
    assert await world.everything() == before


@pytest.mark.parametrize(("name", "kind"), [("style.css", "text/css; charset=utf-8"), ("icon.svg", "image/svg+xml")])
async def test_what_pages_load_is_ours_and_loads_nothing_else(visitor: Visitor, name: str, kind: str) -> None:
    answer = await visitor.get(f"/static/identity/{name}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    text = answer.text.replace("http://www.w3.org/2000/svg", "")
    for foreign in ("url(", "@import", "http", "<script", "href"):
        assert foreign not in text


@pytest.mark.parametrize(
    "path",
    ["/account/nothing", "/account/contact/x", "/sign-in/x", "/invitation/x/y", "/password-reset/x/y", "/invitation/"],
)
async def test_a_mistyped_address_is_answered_by_a_page(visitor: Visitor, path: str) -> None:
    answer = await visitor.get(path)
    assert (answer.status_code, "Cette page n’existe pas" in answer.text) == (404, True)


async def test_a_link_of_any_length_is_only_unknown(visitor: Visitor) -> None:
    for path in ("/invitation/", "/password-reset/"):
        answer = await visitor.get(path + "x" * 3000)
        assert (answer.status_code, "<h1>" in answer.text) == (404, True)
