"""What goes wrong with invitations elsewhere, one test for each pain, named after it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from event_contracts.dossier import GrantLapsed, GrantMoved, SignInInformationRequested
from event_contracts.identity import (
    AccessLinked,
    AccountActivated,
    AccountState,
    InvitationAccepted,
    Occasion,
    SignInInformationIssued,
)
from event_contracts.notifier import MessageFailed, MessageRef
from event_contracts.people import OfferKind, SealPurpose
from service_kit.ids import new_id
from service_kit.security.keyring import SealBroken
from sqlalchemy import text

World = Any
DAY = timedelta(days=1)
API = "/api/identity/v1/invitations"
PASSWORD = "een korte zin die blijft"


async def said_of(world: World, token: str) -> str:
    """What a link answers: its state while it lives, else why it is dead."""
    body = (await world.client.get(f"{API}/{token}")).json()
    answer: str = body.get("code") or body["state"]
    return answer


async def _declined(world: World, offer: Any) -> None:
    assert (await world.client.post(f"{API}/{(await world.tokens())[0]}/declination")).status_code == 204


async def _withdrawn(world: World, offer: Any) -> None:
    await world.told(world.withdrawn(offer))


async def _expired(world: World, offer: Any) -> None:
    await world.later(60 * DAY)


async def _lapsed(world: World, offer: Any) -> None:
    await world.later(150 * DAY)
    await world.told(GrantLapsed(grant_id=offer.grant_id, dossier_id=offer.dossier_id, firm_id=offer.firm.firm_id))


async def _bounced(world: World, offer: Any) -> None:
    issued = (await world.issued())[0]
    message = MessageRef(
        message_id=new_id(), template="invitation_first", channel="email", invitation_id=issued.invitation_id
    )
    await world.told(MessageFailed(message=message, ladder=issued.ladder, reason="no such user", permanent=True))


@pytest.mark.parametrize("dies", [_declined, _withdrawn, _expired, _lapsed, _bounced])
async def test_pain_a_dead_invitation_blocks_the_next_one(
    world: World, dies: Callable[[World, Any], Awaitable[None]]
) -> None:
    firm = world.firm()
    offer = world.offered(firm, dossier_name="Eerste")
    await world.told(offer)
    await dies(world, offer)
    token = await world.invited(world.offered(firm, dossier_name="Tweede"))

    mail = (await world.issued())[-1]
    assert (mail.occasion, mail.ladder.epoch) == (Occasion.FIRST, 2)
    assert "Tweede" in [named.dossier_name for named in mail.offers]
    assert (await world.accept(token)).status_code == 200


def resend(offer: Any) -> SignInInformationRequested:
    return SignInInformationRequested(
        offer_id=offer.grant_id, kind=OfferKind.DOSSIER, firm=offer.firm, requested_by="Anne Dubois"
    )


async def test_pain_resend_mails_the_same_expired_token(world: World) -> None:
    offer = world.offered()
    old = await world.invited(offer)
    await world.later(60 * DAY)
    assert await said_of(world, old) == "invitation_expired"
    await world.told(resend(offer))

    fresh = (await world.tokens())[-1]
    assert fresh != old
    assert (await said_of(world, old), await said_of(world, fresh)) == ("invitation_replaced", "pending")
    assert (await world.issued())[-1].expires_at > world.clock.now() + 29 * DAY
    assert (await world.accept(fresh)).status_code == 200


async def test_pain_the_inviter_can_read_the_link(world: World) -> None:
    """I5: whoever watches every event, row and answer of the firm finds no link; only the mail's own seal opens."""
    token = await world.invited()
    issued = (await world.issued())[0]
    async with world.database.engine.connect() as connection:
        events = (await connection.execute(text("SELECT data FROM outbox"))).scalars().all()
    for seen in (*map(str, events), await world.everything()):
        assert token not in seen
    for other in ({"recipient": "inviter@example.org"}, {"subject": str(new_id())}):
        named = {"subject": str(issued.invitation_id), "recipient": issued.recipient.email, **other}
        with pytest.raises(SealBroken):
            world.deps.sealer.open(
                issued.sealed_link, purpose=SealPurpose.INVITATION_LINK, now=world.clock.now(), **named
            )


async def test_pain_a_mail_scanner_uses_the_link_up(world: World) -> None:
    token = await world.invited()
    before = await world.everything()
    for path in (f"{API}/{token}", f"/invitation/{token}", f"/invitation/{token}/decline"):
        for method in ("GET", "HEAD", "OPTIONS", "GET"):
            await world.client.request(method, path, headers={"user-agent": "LinkScanner/1.0"})
    for method in ("GET", "HEAD"):
        for deed in ("acceptance", "renewal", "declination"):
            assert (await world.client.request(method, f"{API}/{token}/{deed}")).status_code == 405
    assert await world.everything() == before
    assert (await world.accept(token)).status_code == 200


async def test_pain_expiry_is_told_only_after_the_password_was_typed(world: World) -> None:
    """I6, R4: an invitation past its end counts as expired at once, whether or not its ladder has said so."""
    token = await world.invited()
    await world.later(37 * DAY + timedelta(minutes=1))
    assert [row["state"] for row in await world.rows("SELECT state FROM invitation")] == ["pending"]
    page = await world.client.get(f"/invitation/{token}")
    assert (page.status_code, 'type="password"' in page.text) == (410, False)
    for deed, body in (("acceptance", {"password": PASSWORD}), ("declination", None)):
        answer = await world.client.post(f"{API}/{token}/{deed}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (410, "invitation_expired")


@pytest.mark.parametrize("as_one_correction", [True, False])
async def test_pain_revoke_change_email_grant_again_mails_the_old_login(world: World, as_one_correction: bool) -> None:
    firm = world.firm()
    offer, right = world.offered(firm), world.person(email="jan.correct@example.org")
    old = await world.invited(offer)
    again = world.offered(firm, right)
    if as_one_correction:
        await world.told(GrantMoved(**{**dict(again), "previous_grant_id": offer.grant_id}))
    else:
        await world.told(world.withdrawn(offer), again)

    mail = (await world.issued())[-1]
    assert mail.recipient.email == "jan.correct@example.org"
    assert await said_of(world, old) == "invitation_revoked"
    made = (await world.accept(world.link(mail))).json()
    assert made["user_name"] == mail.user_name != (await world.issued())[0].user_name
    assert (await world.begin("jan.correct@example.org")).json()["challenge_id"]
    assert await world.rows("SELECT state FROM account WHERE email = 'jan@example.org'") == [{"state": "pending"}]


async def test_pain_an_existing_account_is_sent_to_sign_up(world: World) -> None:
    made = await world.active()
    mails, offer = len(await world.issued()), world.offered()
    await world.told(offer, resend(offer))

    linked = (await world.harness.said(AccessLinked))[-1]
    assert (linked.account_state, linked.invitation_id) == (AccountState.ACTIVE, None)
    (told,) = await world.harness.said(SignInInformationIssued)
    assert (told.user_name, str(told.account_id)) == (made["user_name"], made["account_id"])
    assert len(await world.issued()) == mails


async def test_pain_one_firm_learns_of_the_other_through_the_person_they_share(world: World) -> None:
    """A13, I9: two firms, one person; every event of the one is free of the other, whatever either of them does."""
    ours, theirs = (
        world.offered(world.firm("Kantoor Maes")),
        world.offered(
            world.firm("Cabinet Geheim"), world.person(given_name="Jean", phone="+33612345678"), dossier_name="Secret"
        ),
    )
    await world.told(theirs, ours, resend(ours))
    await world.told(await world.due((await world.issued())[-1].ladder))
    token = (await world.tokens())[-1]
    page = await world.client.get(f"{API}/{token}")
    await world.client.post(f"{API}/{token}/declination")

    async with world.database.engine.connect() as connection:
        rows = (await connection.execute(text("SELECT data::text FROM outbox"))).scalars().all()
    about_us = [row for row in rows if str(ours.firm.firm_id) in row]
    assert len(about_us) == 5
    user_name = (await world.issued())[0].user_name
    for said in (*about_us, page.text):
        for secret in ("Geheim", "Secret", "Jean", "+33612345678", str(theirs.firm.firm_id)):
            assert secret not in said.replace(user_name, "")
    assert await said_of(world, (await world.tokens())[0]) == "pending"


async def test_pain_no_event_when_a_new_user_joins(world: World) -> None:
    """A10, I12: one event says that the account exists, and one per firm that its invitation is settled."""
    here, there = world.firm("Fiduciaire Dubois"), world.firm("Kantoor Claes")
    token = await world.invited(world.offered(here))
    await world.told(world.offered(there))

    for _ in range(2):
        assert (await world.accept(token)).status_code == 200

    joined = await world.harness.said(AccountActivated)
    assert [(each.user_name, each.recipient.email) for each in joined] == [("jan.peeters", "jan@example.org")]
    settled = await world.harness.said(InvitationAccepted)
    assert {each.firm_id for each in settled} == {here.firm_id, there.firm_id}
    assert len(settled) == 2
