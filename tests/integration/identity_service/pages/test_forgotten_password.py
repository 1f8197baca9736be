"""A forgotten password: the same answer for everybody, and a link that only its form uses up (I10, I6)."""

from datetime import timedelta
from typing import Any

from event_contracts.people import SealPurpose
from event_contracts.security import PasswordResetIssued
from identity_service.recovery.issuing import issue_next

World = Any
Visitor = Any
NEW = "vier heldere woorden samen"
HOUR = timedelta(hours=1)


async def mailed(world: World) -> str:
    """The path of the newest link, once the worker has made it."""
    while await issue_next(world.deps):
        pass
    said = (await world.harness.said(PasswordResetIssued))[-1]
    url = world.deps.sealer.open(
        said.sealed_link,
        purpose=SealPurpose.PASSWORD_RESET,
        subject=str(said.reset_id),
        recipient=said.recipient.email,
        now=said.expires_at - timedelta(seconds=1),
    )
    return str(url.removeprefix("http://test"))


async def test_i10_known_or_not_the_answer_is_the_same(world: World, visitor: Visitor) -> None:
    await world.active()
    answers = [
        await visitor.done("/forgotten-password?lang=en", user_name=name)
        for name in ("jan.peeters", "jan@example.org", "niemand", "niemand@example.org", "")
    ]
    assert len({answer.text for answer in answers}) == 1
    assert "If we know this name or address" in answers[0].text


async def test_i6_looking_at_the_link_changes_nothing_and_its_form_sets_the_password(
    world: World, visitor: Visitor
) -> None:
    await world.active()
    await visitor.send("/forgotten-password", user_name="jan@example.org")
    path = await mailed(world)
    before = await world.everything()
    for _ in range(3):
        page = await visitor.get(path)
        assert (page.status_code, "jan.peeters" in page.text) == (200, True)
    assert (await visitor.client.head(path)).status_code == 200
    assert await world.everything() == before
    weak = await visitor.send(path, password="kort")
    assert (weak.status_code, "minstens 12 tekens" in weak.text) == (422, True)

    done = await visitor.done(f"{path}?lang=nl", password=NEW)
    assert "Uw nieuwe wachtwoord is bewaard." in done.text
    assert (await visitor.get(path)).status_code == 410
    assert "Uw account" in (await visitor.sign_in(password=NEW)).text


async def test_i6_dead_reset_links_say_why_at_once(world: World, visitor: Visitor) -> None:
    await world.active()
    await visitor.send("/forgotten-password", user_name="jan@example.org")
    first = await mailed(world)
    await visitor.send("/forgotten-password", user_name="jan@example.org")
    second = await mailed(world)
    replaced = await visitor.get(first)
    assert (replaced.status_code, "nieuwere link" in replaced.text) == (410, True)
    await world.later(48 * HOUR)
    expired = await visitor.get(second)
    assert (expired.status_code, "korte tijd" in expired.text) == (410, True)
    assert 'href="/forgotten-password?lang=nl"' in expired.text
    refused = await visitor.send(second, password=NEW)
    assert refused.status_code == 410
    unknown = await visitor.get("/password-reset/unknown")
    assert unknown.status_code == 404
    assert 'type="password"' not in replaced.text + expired.text + refused.text + unknown.text
