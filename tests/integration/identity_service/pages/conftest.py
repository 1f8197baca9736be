"""A visitor of the pages: reads them as a browser would, sends their forms, and finds each of them sound."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from identity_service.bootstrap import SERVICE
from service_kit.testing.http import open_client

PASSWORD = "een korte zin die blijft"
OWN = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}
ACTIVE_CONTENT = ("script", "style", "img", "iframe", "object", "embed")


class Outline(HTMLParser):
    """What a browser would find: tags with their attributes, and the ids that labels point at."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def assert_sound(html: str) -> None:
    """What every page promises."""
    outline = Outline(html)
    assert [tag for tag, _ in outline.tags if tag in ACTIVE_CONTENT] == []
    assert [link["href"] for link in outline.all("link")] == ["/static/identity/style.css", "/static/identity/icon.svg"]
    for _, attributes in outline.tags:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        for name in ("href", "src", "action"):
            assert (attributes.get(name) or "/").startswith(("/", "#"))
        assert "//" not in (attributes.get("href") or "")
    ids = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {each["id"] for each in outline.all("input") if each["type"] != "hidden"} == {
        each["for"] for each in outline.all("label")
    }
    for _, attributes in outline.tags:
        described = (attributes.get("aria-describedby") or attributes.get("aria-labelledby") or "").split()
        assert set(described) <= set(ids)
    assert len(outline.all("h1")) == 1
    assert outline.tags.index(("a", {"class": "skip", "href": "#main"})) < 12


def assert_guarded(answer: httpx.Response) -> None:
    """Nothing of a page runs, is framed or is kept."""
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )


@dataclass
class Visitor:
    """One browser without JavaScript, with its cookies."""

    world: Any
    client: httpx.AsyncClient
    seen: list[str] = field(default_factory=list)

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """One answer, checked when it is a page; redirects are not followed."""
        answer = await self.client.get(path, headers=headers)
        return self._checked(answer)

    async def send(self, path: str, **fields: str) -> httpx.Response:
        """A form of ours."""
        return self._checked(await self.client.post(path, data=fields, headers=OWN))

    async def done(self, path: str, **fields: str) -> httpx.Response:
        """A form of ours, and the page that it leads to."""
        sent = await self.send(path, **fields)
        assert sent.status_code == 303, sent.text
        return await self.get(sent.headers["location"])

    async def sign_in(self, name: str = "jan.peeters", password: str = PASSWORD) -> httpx.Response:
        """From name and password to the owner's page."""
        begun = await self.send("/sign-in", user_name=name, password=password)
        if "challenge=" not in begun.headers["location"]:
            return await self.get(begun.headers["location"])
        code = await self.world.last_code()
        return await self.done(f"/sign-in/code?challenge={self.challenge(begun)}", code=code)

    def challenge(self, begun: httpx.Response) -> str:
        """What a sign-in that was begun is known by."""
        return parse_qs(urlsplit(begun.headers["location"]).query)["challenge"][0]

    def _checked(self, answer: httpx.Response) -> httpx.Response:
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert_sound(answer.text)
            assert_guarded(answer)
            self.seen.append(answer.text)
        return answer


@pytest.fixture
async def visitor(world: Any) -> Any:
    async with open_client(SERVICE.routers, database=world.database, deps=world.deps) as client:
        yield Visitor(world, client)


@pytest.fixture
async def owner(world: Any, visitor: Visitor) -> Visitor:
    """Somebody with an account, signed in."""
    await world.active()
    await visitor.sign_in()
    return visitor
