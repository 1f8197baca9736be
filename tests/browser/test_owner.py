"""The owner's pages, walked with and without JavaScript, on a phone and at a desk (I13)."""

import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

Walker = Any
Guest = Any
OpenWalker = Callable[..., Awaitable[Walker]]
Invite = Callable[..., Awaitable[Guest]]
WAYS = [("phone", True), ("desktop", True), ("phone", False)]
NEW_PASSWORD = "four clear words together"


@pytest.mark.parametrize(("look", "scripts"), WAYS)
async def test_the_owner_changes_what_is_theirs(
    walker: OpenWalker, member: Invite, sign_in: Any, look: str, scripts: bool
) -> None:
    guest, visitor = await member(), await walker(look, scripts=scripts)
    human = guest.actor.human
    await sign_in(visitor, guest)
    await visitor.follow("/account/profile")
    await visitor.see("profile", says="Language of mails and pages")
    await visitor.send(given_name=" ", family_name="Guest")
    await visitor.see("profile-wrong", says="Enter a name.")
    await visitor.send(given_name="Gwendolyn", family_name="Guest")
    await visitor.see("profile-saved", says="Your changes are saved.")

    await visitor.open("/account/contact")
    await visitor.see("contact", says=human.email)
    await visitor.send("main form:nth-of-type(1)", email=f"new.{human.email}", email__password="wrong password")
    await visitor.see("contact-wrong", says="The current password is not right.")
    await visitor.send("main form:nth-of-type(1)", email=f"new.{human.email}", email__password=human.password)
    await visitor.see("confirm", says=f"on its way to new.{human.email}")
    await visitor.send(code="000000")
    await visitor.see("confirm-wrong", says="The code is wrong or no longer valid.")
    await visitor.send(code=await guest.mail_with(r"\b\d{6}\b", f"new.{human.email}"))
    await visitor.see("contact-changed", says="Your new e-mail address counts from now on.")

    await visitor.open("/account/password")
    await visitor.see("password")
    await visitor.send(current_password="wrong", password=NEW_PASSWORD)
    await visitor.see("password-wrong", says="The current password is not right.")
    await visitor.send(current_password=human.password, password=NEW_PASSWORD)
    await visitor.see("password-saved", says="Your new password is saved.")


@pytest.mark.parametrize(("look", "scripts"), WAYS)
async def test_the_owner_leaves_a_dossier_ends_a_session_and_goes(
    walker: OpenWalker, member: Invite, sign_in: Any, look: str, scripts: bool, tmp_path: Path
) -> None:
    guest, visitor = await member(), await walker(look, scripts=scripts)
    await guest.actor.sign_in()
    await sign_in(visitor, guest)
    await visitor.follow("/account/sessions")
    await visitor.see("sessions", says="An app or program")
    await visitor.press("main li form button")
    await visitor.see("sessions-ended", says="The device is signed out.")

    await visitor.open("/account/access")
    await visitor.see("access", says="Reading and editing, open")
    await visitor.press("main li .button")
    await visitor.see("leave", says="Leave this dossier?")
    await visitor.send()
    await visitor.see("access-left", says="Your access to the dossier is being closed.")

    await visitor.open("/account/data")
    await visitor.see("data", says="A copy")
    async with visitor.page.expect_download() as download:
        await visitor.page.click('a[href="/account/data/export"]')
    await (await download.value).save_as(tmp_path / "data.json")
    assert json.loads((tmp_path / "data.json").read_text())["account"]["email"] == guest.actor.human.email

    await visitor.follow("/account/data/erasure")
    await visitor.see("erasure", says="This cannot be undone.")
    await visitor.send(password="wrong")
    await visitor.see("erasure-wrong", says="The current password is not right.")
    await visitor.send(password=guest.actor.human.password)
    await visitor.see("erased", says="Your account was erased.")
    await visitor.open("/account")
    assert await visitor.title() == "Sign in"


async def test_i9_a_phone_changes_by_the_code_sent_to_it(walker: OpenWalker, member: Invite, sign_in: Any) -> None:
    guest, visitor = await member(), await walker("phone")
    await sign_in(visitor, guest)
    await visitor.open("/account/contact")
    await visitor.see("contact-phone", says="Another phone number")
    new = "+3247" + re.sub(r"\D", "", guest.grant_id)[-7:].rjust(7, "4")
    sms = f"{new.removeprefix('+')}@sms.localhost"
    await visitor.send("main form:nth-of-type(2)", phone=new, phone__password=guest.actor.human.password)
    await visitor.see("confirm-phone", says=f"on its way to {new}")
    await visitor.send(code=await guest.mail_with(r"\b\d{6}\b", sms))
    await visitor.see("contact-phone-changed", says="Your new phone number counts from now on.")
