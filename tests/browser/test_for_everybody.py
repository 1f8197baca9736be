"""Pages for everybody: by keyboard alone, in three languages, on the narrowest screen, in the dark."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

Walker = Any
Guest = Any
OpenWalker = Callable[..., Awaitable[Walker]]
Invite = Callable[..., Awaitable[Guest]]
NARROW = {"width": 320, "height": 568}


async def test_the_whole_way_in_by_keyboard_alone(walker: OpenWalker, invited: Invite) -> None:
    guest, visitor = await invited(), await walker("desktop")
    human, keys = guest.actor.human, visitor.page.keyboard
    await visitor.open(guest.link)
    passed = await visitor.tab_to("password")
    assert passed == ["Skip to the content", "FR", "NL", "EN", "user_name", "password"]
    await keys.type("short")
    await keys.press("Enter")
    await visitor.page.wait_for_selector(".errors")
    assert await visitor.page.evaluate("document.activeElement.className") == "errors"
    assert await visitor.tab_to("The password has at least 12 characters.") != []
    await keys.press("Enter")
    # The summary's link leads into the field.
    assert await visitor.page.evaluate("document.activeElement.id") == "password"
    await keys.type(human.password)
    await keys.press("Enter")
    await visitor.page.wait_for_url("**/created**")
    await visitor.tab_to("Sign in")
    await keys.press("Enter")
    await visitor.page.wait_for_url("**/sign-in**")
    await visitor.tab_to("user_name")
    await keys.type(human.email)
    await visitor.tab_to("password")
    await keys.type(human.password)
    code = await guest.code(lambda: keys.press("Enter"))
    await visitor.page.wait_for_url("**/sign-in/code**")
    assert await visitor.page.evaluate("document.activeElement.id") == "code"
    await keys.type(code)
    await keys.press("Enter")
    await visitor.page.wait_for_url("**/account**")
    passed = await visitor.tab_to("Your data")
    assert passed[:5] == ["Skip to the content", "FR", "NL", "EN", "Sign out"]


async def test_the_skip_link_leads_past_the_head(walker: OpenWalker) -> None:
    visitor = await walker("phone")
    await visitor.open("/sign-in")
    assert await visitor.tab_to("Skip to the content") == ["Skip to the content"]
    await visitor.page.keyboard.press("Enter")
    assert await visitor.page.evaluate("document.activeElement.id") == "main"
    assert await visitor.tab_to("user_name") == ["user_name"]


@pytest.mark.parametrize(
    ("tag", "invitation", "account"),
    [
        ("fr", "Votre invitation", "Votre compte"),
        ("nl", "Uw uitnodiging", "Uw account"),
        ("en", "Your invitation", "Your account"),
    ],
)
async def test_m1_every_page_in_every_language_on_the_narrowest_screen(
    walker: OpenWalker, invited: Invite, sign_in: Any, tag: str, invitation: str, account: str
) -> None:
    guest, visitor = await invited(), await walker("phone", viewport=NARROW)
    # Other words make lines longer; they do not make other pages.
    closely = tag == "fr"
    await visitor.open(guest.link)
    await visitor.press(f'nav a[hreflang="{tag}"]')
    await visitor.see(f"narrow-invitation-{tag}", says=invitation, closely=closely)
    assert await visitor.page.get_attribute("html", "lang") == tag
    await visitor.send(password=guest.actor.human.password)
    await visitor.see(f"narrow-created-{tag}", closely=closely)
    assert await visitor.page.get_attribute("html", "lang") == tag
    await sign_in(visitor, guest)
    for path in (
        "/account",
        "/account/profile",
        "/account/contact",
        "/account/password",
        "/account/recovery-codes",
        "/account/sessions",
        "/account/access",
        "/account/data",
        "/account/data/erasure",
        f"/account/access/{guest.grant_id}/leave",
        "/forgotten-password",
        "/forgotten-password/asked",
        "/sign-in",
        "/account/no-such-page",
    ):
        await visitor.open(f"{path}?lang={tag}")
        name = path.strip("/").replace("/", "-").replace(guest.grant_id, "x")
        await visitor.see(f"narrow-{name}-{tag}", closely=closely)
        assert await visitor.page.get_attribute("html", "lang") == tag
    await visitor.open(f"/account?lang={tag}")
    assert await visitor.title() == account


async def test_pages_can_be_read_in_the_dark(walker: OpenWalker, invited: Invite, sign_in: Any) -> None:
    guest, visitor = await invited(), await walker("phone", color_scheme="dark")
    await visitor.open(guest.link)
    await visitor.see("invitation")
    await visitor.send(password="short")
    await visitor.see("invitation-wrong")
    await visitor.open(f"{guest.link}/decline")
    await visitor.see("decline")
    await visitor.open(guest.link)
    await visitor.send(password=guest.actor.human.password)
    await visitor.see("created")
    await sign_in(visitor, guest)
    for name in ("", "/contact", "/sessions", "/access", "/data/erasure"):
        await visitor.open(f"/account{name}")
        await visitor.see(f"account{name.replace('/', '-')}")
    await visitor.open("/account/recovery-codes")
    await visitor.send(password=guest.actor.human.password)
    await visitor.see("recovery-codes-made")
