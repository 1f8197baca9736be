"""The ways in, walked with and without JavaScript, on a phone and at a desk: invitation, signing in, lost things."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from service_kit.testing import eventually

Walker = Any
Guest = Any
OpenWalker = Callable[..., Awaitable[Walker]]
Invite = Callable[..., Awaitable[Guest]]
WAYS = [("phone", True), ("desktop", True), ("phone", False)]


@pytest.mark.parametrize(("look", "scripts"), WAYS)
async def test_from_the_mail_to_the_owners_page(walker: OpenWalker, invited: Invite, look: str, scripts: bool) -> None:
    guest, visitor = await invited(), await walker(look, scripts=scripts)
    await visitor.open(guest.link)
    await visitor.see("invitation", says="Kantoor Peeters & Zonen invites you")
    await visitor.send(user_name="x", password="short")
    await visitor.see("invitation-wrong", says="A user name has 3 to 64 letters")
    await visitor.page.click(".errors a")
    await visitor.send(user_name=f"guest-{guest.grant_id[-12:]}", password="short")
    await visitor.see("invitation-short-password", says="The password has at least 12 characters.")
    await visitor.send(password=guest.actor.human.password)
    await visitor.see("created", says=f"guest-{guest.grant_id[-12:]}")
    await visitor.page.reload()
    assert await visitor.title() == "Your account is ready"
    await visitor.follow("/sign-in")
    await visitor.see("sign-in")
    human = guest.actor.human
    code = await guest.code(lambda: visitor.send(user_name=human.email, password=human.password))
    await visitor.see("code", says="a code of six digits is on its way")
    await visitor.send(code="12")
    await visitor.see("code-wrong", says="The code has six digits.")
    await visitor.send(code=f"{code[:3]} {code[3:]}")
    await visitor.see("account", says=f"Signed in as guest-{guest.grant_id[-12:]}")
    await visitor.press("header button")
    await visitor.see("signed-out", says="You are signed out.")


@pytest.mark.parametrize("look", ["phone", "desktop"])
async def test_i6_every_dead_link_says_why_and_what_to_do(
    walker: OpenWalker, invited: Invite, office: Any, shift: Any, look: str
) -> None:
    revoked, expired, used = await invited(), await invited(), await invited()
    await office.withdraw(revoked.dossier_id, revoked.grant_id)
    await used.actor.join(used.link)
    visitor = await walker(look)
    await visitor.open("/invitation/never-was")
    await visitor.see("dead-unknown", says="We do not know this link")
    await visitor.open(used.link)
    await visitor.see("dead-used", says="Your account exists")

    async def is_revoked() -> bool:
        await visitor.open(revoked.link)
        return "withdrawn" in await visitor.title()

    await eventually(is_revoked)
    await visitor.see("dead-revoked", says="please contact the firm")
    await shift(timedelta(days=100))
    await visitor.open(expired.link)
    await visitor.see("dead-expired", says="This invitation has expired")
    await visitor.press("main button")
    await visitor.see("renewed", says="A fresh link is on its way")
    await visitor.open(expired.link)
    await visitor.see("dead-replaced", says="You have a newer link")


@pytest.mark.parametrize(("look", "scripts"), WAYS)
async def test_i5_declining_an_invitation(walker: OpenWalker, invited: Invite, look: str, scripts: bool) -> None:
    guest, visitor = await invited(), await walker(look, scripts=scripts)
    await visitor.open(guest.link)
    await visitor.follow(f"/invitation/{guest.link.rpartition('/')[2]}/decline")
    await visitor.see("decline", says="Decline the invitation?")
    await visitor.press("main .button")
    assert await visitor.title() == "Your invitation"
    await visitor.page.go_back()
    await visitor.press("main form button")
    await visitor.see("dead-declined", says="You declined this invitation")


@pytest.mark.parametrize(("look", "scripts"), WAYS)
async def test_i10_a_forgotten_password_and_its_link_that_no_log_knows(
    walker: OpenWalker, member: Invite, stack: Any, look: str, scripts: bool
) -> None:
    guest, visitor = await member(), await walker(look, scripts=scripts)
    await visitor.open("/sign-in")
    await visitor.follow("/forgotten-password")
    await visitor.see("forgotten", says="Forgotten password")
    await visitor.send(user_name=guest.actor.human.email)
    await visitor.see("forgotten-asked", says="If we know this name or address")
    link = await guest.mail_with(r"https?://\S+/password-reset/\S+")
    await visitor.open(link)
    await visitor.see("reset", says="Choose a new password")
    await visitor.send(password="password1234")
    await visitor.see("reset-wrong", says="This password is too easy to guess.")
    await visitor.send(password="four clear words together")
    await visitor.see("reset-done", says="Your new password is saved.")
    await visitor.open(link)
    await visitor.see("reset-used", says="It was used already.")
    for log in stack.log_folder.iterdir():
        assert link.rpartition("/")[2] not in log.read_text(errors="replace"), log.name
    await visitor.open("/password-reset/never-was")
    await visitor.see("reset-unknown", says="We do not know it.")


@pytest.mark.parametrize("look", ["phone", "desktop"])
async def test_i13_a_recovery_code_in_place_of_the_phone(
    walker: OpenWalker, member: Invite, sign_in: Any, look: str
) -> None:
    guest, visitor = await member(), await walker(look)
    await sign_in(visitor, guest)
    await visitor.follow("/account/recovery-codes")
    await visitor.see("recovery-codes", says="You have no codes.")
    await visitor.send(password=guest.actor.human.password)
    await visitor.see("recovery-codes-made", says="they are shown this once only")
    codes = await visitor.page.locator(".codes li").all_inner_texts()
    await visitor.press("header button")
    await visitor.send(user_name=guest.actor.human.email, password=guest.actor.human.password)
    await visitor.follow("/sign-in/recovery-code")
    await visitor.see("recovery-code")
    await visitor.send(code="nonsense")
    await visitor.see("recovery-code-wrong", says="the groups of letters and digits")
    await visitor.send(code=re.sub("-", " ", codes[3].lower()))
    assert await visitor.title() == "Your account"
    await visitor.follow("/account/recovery-codes")
    await visitor.see("recovery-codes-left", says="You have 9 codes left.")
