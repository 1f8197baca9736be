"""People at a real browser: one system of real processes, headless Chromium, and an eye on everything a page does."""

import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from local_stack.demo.actors import Actor
from local_stack.demo.stage import Place, Stage, open_stage
from local_stack.demo.waiting import until
from local_stack.environment import SERVICES
from local_stack.folders import home_of
from local_stack.stack import LocalStack, Options
from local_stack.testing import Office
from local_stack.testing.chromium import ARGUMENTS, find_chromium
from service_kit.testing.clock import Shift, shifting

try:
    from axe_playwright_python.async_playwright import Axe
    from playwright.async_api import async_playwright
except ImportError:
    raise pytest.UsageError("`make test-browser` runs these tests, and installs what they need") from None

Look = Literal["phone", "desktop"]

SIZES: dict[Look, dict[str, Any]] = {
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
    "desktop": {"viewport": {"width": 1280, "height": 800}},
}
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],
    # The stylesheet is the page's own; fetching it again is what the content-security policy forbids.
    "preload": False,
}
# A page that is answered 4xx on purpose is also a line in the console.
ANSWERED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")
SMALL_TARGETS = """() => [...document.querySelectorAll(
    "button, .button, .languages a, .links a, .back a, .errors a, .sections a, " +
    "input:not([type=hidden]):not([type=radio])"
)].filter(e => e.getBoundingClientRect().height < 43.5).map(e => e.outerHTML)"""
TOO_WIDE = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
FOCUS = """() => {
    const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
    const shown = s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2 && r.bottom > 0 && r.top < innerHeight;
    return {what: e.id || e.textContent.trim() || e.getAttribute("href"), shown};
}"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All share one event loop, as they share the browser."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent) and item.get_closest_marker("asyncio"):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@dataclass
class Walker:
    """One person at a browser. Whatever a page does that it should not is noted, and fails the test in the end."""

    page: Any
    base_url: str
    scripts: bool
    shots: Path | None
    trouble: list[str] = field(default_factory=list)

    async def open(self, address: str) -> None:
        """A path of ours, or a whole link of a mail."""
        parts = urlsplit(address)
        await self.page.goto(self.base_url + parts.path + (f"?{parts.query}" if parts.query else ""))

    async def see(self, name: str, *, says: str | None = None, closely: bool = True) -> None:
        """What is on the screen: in words, at a glance, and (closely) as assistive technology gets it."""
        if says is not None:
            assert says in await self.text(), f"{name}: {await self.text()}"
        if self.scripts:
            await self._examine(name, closely=closely)
        if self.shots is not None:
            self.shots.mkdir(parents=True, exist_ok=True)
            await self.page.screenshot(path=self.shots / f"{name}.png", full_page=True)

    async def _examine(self, name: str, *, closely: bool) -> None:
        assert not await self.page.evaluate(TOO_WIDE), f"{name} is wider than the screen"
        assert await self.page.evaluate(SMALL_TARGETS) == [], name
        if not closely:
            return
        found = (await Axe().run(self.page, options=RULES)).response["violations"]
        assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == [], name

    async def text(self) -> str:
        return str(await self.page.inner_text("body"))

    async def title(self) -> str:
        return str(await self.page.inner_text("h1"))

    async def fill(self, **values: str) -> None:
        """Fields by their names; where a page has two of a name, by their ids."""
        for name, value in values.items():
            await self.page.fill(f"#{name.replace('__', '-')}", value)

    async def send(self, form: str = "main form", **values: str) -> None:
        """Fills the form and presses its button."""
        await self.fill(**values)
        await self.press(f"{form} button[type=submit]")

    async def follow(self, href: str) -> None:
        """The link to a path."""
        await self.press(f'a[href^="{href}"]')

    async def press(self, selector: str) -> None:
        """Something that leads to another page, and that page."""
        async with self.page.expect_navigation():
            await self.page.click(selector)

    async def tab_to(self, wanted: str) -> list[str]:
        """Tab, Tab, Tab until the element has the focus; what was passed, each with a focus that can be seen."""
        passed: list[str] = []
        while wanted not in passed:
            await self.page.keyboard.press("Tab")
            focus = await self.page.evaluate(FOCUS)
            assert focus["shown"], f"the focus on {focus['what']} cannot be seen"
            passed.append(focus["what"])
            assert len(passed) < 40, passed
        return passed


OpenWalker = Callable[..., Awaitable[Walker]]


@pytest.fixture(scope="session")
def stack() -> Iterator[LocalStack]:
    """The servers are private: these tests move the time."""
    given = {name: os.environ[name] for name in ("NGINX_BINARY",) if name in os.environ}
    overrides = {
        "dossier": {"NEW_ADDRESSES_PER_HOUR": "100000"},
        "identity": {"LIMIT_RESETS_PER_ACCOUNT": "100", "LIMIT_CODES_PER_ACCOUNT": "100"},
    }
    with LocalStack(Options(name="browser", overrides=overrides, environment=given)) as stack:
        yield stack


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stage(stack: LocalStack) -> AsyncIterator[Stage]:
    async with open_stage(Place(stack.base_url, stack.mail_api_url, stack.env_of)) as stage:
        yield stage


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def office(stage: Stage) -> Office:
    """A firm whose manager is signed in, and invites the people of these tests."""
    return await Office.open(stage, "Kantoor Peeters & Zonen")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Any]:
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=find_chromium(print), args=list(ARGUMENTS))
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def walker(stack: LocalStack, chromium: Any) -> AsyncIterator[OpenWalker]:
    """Opens browsers that remember nothing of each other, and looks at the end at what their pages did."""
    async with AsyncExitStack() as closing:
        opened: list[Walker] = []

        async def open_walker(look: Look = "desktop", *, scripts: bool = True, **options: Any) -> Walker:
            settings = {**SIZES[look], "locale": "en-GB", "java_script_enabled": scripts, **options}
            context = await chromium.new_context(**settings)
            closing.push_async_callback(context.close)
            walker = Walker(await context.new_page(), stack.base_url, scripts, _shots(look, scripts=scripts, **options))
            _watch(walker)
            opened.append(walker)
            return walker

        yield open_walker
        assert [line for each in opened for line in each.trouble] == []


def _watch(walker: Walker) -> None:
    def on_request(request: Any) -> None:
        if not request.url.startswith(walker.base_url + "/"):
            walker.trouble.append(f"asked for {request.url}")

    def on_console(message: Any) -> None:
        if message.type in ("error", "warning") and not ANSWERED.match(message.text):
            walker.trouble.append(f"console: {message.text}")

    def on_failure(request: Any) -> None:
        # A download ends its navigation; so does a person who goes elsewhere.
        if request.failure != "net::ERR_ABORTED":
            walker.trouble.append(f"failed: {request.url}: {request.failure}")

    walker.page.on("request", on_request)
    walker.page.on("console", on_console)
    walker.page.on("pageerror", lambda error: walker.trouble.append(f"script: {error}"))
    walker.page.on("requestfailed", on_failure)


def _shots(look: Look, *, scripts: bool, color_scheme: str = "light", **_: Any) -> Path | None:
    """Only when asked for, and never among the sources."""
    if not os.environ.get("SCREENSHOTS") or not scripts:
        return None
    return home_of("browser").parent / "screenshots" / f"{look}-{color_scheme}"


@dataclass(frozen=True)
class Guest:
    """Somebody invited, who has yet to look."""

    actor: Actor
    dossier_id: str
    grant_id: str
    link: str

    async def code(self, send: Callable[[], Awaitable[None]]) -> str:
        """The code of the text message that `send` causes."""
        human = self.actor.human
        before = len(await self.actor.mailbox.texts(human.phone))
        await send()
        return await self.actor.mailbox.code(human.phone, after=before)

    async def mail_with(self, pattern: str, address: str | None = None) -> str:
        """What the newest mail that has such a thing says there."""
        where = address or self.actor.human.email

        async def newest() -> str | None:
            for mail in reversed(await self.actor.mailbox.mails(where)):
                if found := re.search(pattern, mail.text):
                    return found[0]
            return None

        return await until(newest, f"a mail with {pattern} for {where}")


@pytest.fixture
def invited(office: Office) -> Callable[..., Awaitable[Guest]]:
    """Invites somebody new to a dossier of their own."""

    async def invite(right: str = "write") -> Guest:
        actor = office.person()
        dossier_id, grant_id = await office.invite(actor.human, right)
        return Guest(actor, dossier_id, grant_id, await actor.newest_link())

    return invite


@pytest.fixture
def member(invited: Callable[..., Awaitable[Guest]]) -> Callable[..., Awaitable[Guest]]:
    """Somebody with an account, not signed in."""

    async def join() -> Guest:
        guest = await invited()
        await guest.actor.join(guest.link)
        return guest

    return join


@pytest.fixture
def sign_in() -> Callable[[Walker, Guest], Awaitable[None]]:
    """From the form to the owner's page."""

    async def walk(walker: Walker, guest: Guest) -> None:
        await walker.open("/sign-in")
        human = guest.actor.human
        code = await guest.code(lambda: walker.send(user_name=human.email, password=human.password))
        await walker.send(code=code)

    return walk


@pytest_asyncio.fixture(loop_scope="session")
async def shift(stack: LocalStack, office: Office) -> AsyncIterator[Shift]:
    """Moves the clock of all services; back to the present afterwards, where the manager's token is young again."""

    async def token_is_young() -> bool:
        return (await office.manager.api.send("GET", "/api/dossier/v1/firms")).is_success

    async with shifting([stack.owner_url(service) for service in SERVICES], token_is_young) as move:
        yield move
