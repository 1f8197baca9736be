"""The ordinary way of a message: told, sent once, said, erased (M1, M4, M7)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from event_contracts.identity import AccountState, Occasion
from event_contracts.notifier import MessageSent
from event_contracts.people import LadderKey, Language, Offer, OfferKind, Recipient, Right
from service_kit.ids import new_id
from service_kit.testing import eventually
from service_kit.testing.events import arrived
from sqlalchemy import text

World = Any


def text_of(mail: Any) -> str:
    content: str = mail.get_body(("plain",)).get_content()
    return content


class TestInvitations:
    async def test_the_first_mail_is_sent_once_and_starts_its_ladder(self, world: World) -> None:
        invitation = world.invitation()

        async with world.working():
            await world.told(invitation)
            await world.settled({"sent": 1})

        (mail,) = world.smtp.mails
        (said,) = await world.harness.said(MessageSent)
        assert mail["To"].addresses[0].addr_spec == "lea@example.com"
        assert f"https://access.example/invitation/token-{invitation.invitation_id.hex}" in text_of(mail)
        assert mail["Message-ID"] == f"<{said.message.message_id}@access.example>"
        assert said.message.template == "invitation_first"
        assert said.message.offer_ids == tuple(offer.offer_id for offer in invitation.offers)
        assert said.message.invitation_id == invitation.invitation_id
        assert said.message.account_id == invitation.account_id
        assert said.message.firm_id == invitation.firm.firm_id
        assert said.starts is not None
        assert (said.starts.ladder, said.starts.policy) == (invitation.ladder, invitation.policy)
        assert await world.attempts() == ["accepted"]

    @pytest.mark.parametrize(
        ("occasion", "step", "template"),
        [
            (Occasion.ADDED, None, "invitation_added"),
            (Occasion.REMINDER, 1, "reminder_1"),
            (Occasion.REMINDER, 2, "reminder_2"),
            (Occasion.REMINDER, 3, "reminder_later"),
        ],
    )
    async def test_no_other_mail_of_an_invitation_starts_a_ladder(
        self, world: World, occasion: Occasion, step: int | None, template: str
    ) -> None:
        async with world.working():
            await world.told(world.invitation(occasion=occasion, step=step))
            await world.settled({"sent": 1})

        (said,) = await world.harness.said(MessageSent)
        assert said.message.template == template
        assert said.starts is None

    async def test_two_mails_of_one_invitation_carry_each_their_own_link(self, world: World) -> None:
        first = world.invitation(token="first-token")
        same = {"invitation_id": first.invitation_id, "account_id": first.account_id, "ladder": first.ladder}
        added = world.invitation(occasion=Occasion.ADDED, token="added-token", **same)

        async with world.working():
            await world.told(first, added)
            await world.settled({"sent": 2})

        texts = sorted(map(text_of, world.smtp.mails))
        assert sum("first-token" in text for text in texts) == sum("added-token" in text for text in texts) == 1

    async def test_the_same_event_under_another_id_is_one_mail(self, world: World) -> None:
        invitation = world.invitation()

        async with world.working():
            await world.told(arrived(invitation), arrived(invitation), together=True)
            await world.told(arrived(invitation))
            await world.settled({"sent": 1})

        assert len(world.smtp.mails) == 1

    async def test_a_step_of_a_ladder_is_one_reminder_and_of_the_next_ladder_another(self, world: World) -> None:
        first = world.invitation(occasion=Occasion.REMINDER, step=1)
        same = {"invitation_id": first.invitation_id, "account_id": first.account_id}
        again = world.invitation(occasion=Occasion.REMINDER, step=1, token="x", ladder=first.ladder, **same)
        next_ladder = LadderKey(
            kind="invitation", subject_id=first.account_id, firm_id=first.firm.firm_id, epoch=first.ladder.epoch + 1
        )

        async with world.working():
            await world.told(first, again)
            await world.told(world.invitation(occasion=Occasion.REMINDER, step=1, ladder=next_ladder, **same))
            await world.settled({"sent": 2})

    async def test_one_mail_names_every_dossier(self, world: World) -> None:
        offers = tuple(
            Offer(offer_id=new_id(), kind=OfferKind.DOSSIER, dossier_name=name, right=Right.READ)
            for name in ("Famille Dupont", "SCI des Tilleuls")
        )

        async with world.working():
            await world.told(world.invitation(offers=offers))
            await world.settled({"sent": 1})

        (mail,) = world.smtp.mails
        assert "Famille Dupont" in text_of(mail)
        assert "SCI des Tilleuls" in text_of(mail)
        assert "2 dossiers" in mail["Subject"]


class TestOtherMessages:
    async def test_somebody_with_an_account_is_told_of_new_access_in_their_language(self, world: World) -> None:
        async with world.working():
            await world.told(world.linked(AccountState.ACTIVE))
            await world.settled({"sent": 1})

        (mail,) = world.smtp.mails
        assert "U hebt al een account" in text_of(mail)
        assert "/invitation/" not in text_of(mail)
        assert "https://access.example/sign-in" in text_of(mail)

    async def test_somebody_without_an_account_gets_no_notice(self, world: World) -> None:
        await world.told(world.linked(AccountState.PENDING))

        assert await world.states() == {}

    async def test_a_new_account_is_welcomed_once(self, world: World) -> None:
        account_id = new_id()

        async with world.working():
            await world.told(world.activated(account_id), world.activated(account_id))
            await world.settled({"sent": 1})

        assert "lea.dupont" in text_of(world.smtp.mails[0])

    async def test_a_sign_in_code_goes_to_the_gateway_of_the_number(self, world: World) -> None:
        async with world.working():
            await world.told(world.code(code="482913"))
            await world.settled({"sent": 1})

        (mail,) = world.smtp.to("32470123456@sms.localhost")
        assert mail.get_content_type() == "text/plain"
        assert "482913" in mail.get_content()
        assert "482913" not in str(mail["Subject"])
        assert (await world.harness.said(MessageSent))[0].message.channel == "sms"

    async def test_headers_tell_machines_not_to_answer(self, world: World) -> None:
        async with world.working():
            await world.told(world.invitation())
            await world.settled({"sent": 1})

        (mail,) = world.smtp.mails
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["From"].addresses[0].addr_spec == "no-reply@access.example"
        assert mail["From"].addresses[0].display_name == "Cabinet Martin"
        assert abs(mail["Date"].datetime - datetime.now(UTC)) < timedelta(minutes=1)


class TestConnections:
    async def test_many_mails_share_few_connections(self, world: World) -> None:
        await world.told(*(world.invitation(f"p{n}@example.com") for n in range(60)), together=True)

        async with world.working(world.delivery(smtp_connections=3)):
            await world.settled({"sent": 60})

        assert len(world.smtp.mails) == 60
        assert world.smtp.connections <= 3

    async def test_a_connection_is_renewed_after_its_number_of_mails(self, world: World) -> None:
        await world.told(*(world.invitation(f"p{n}@example.com") for n in range(6)), together=True)

        async with world.working(world.delivery(smtp_connections=1, smtp_messages_per_connection=2)):
            await world.settled({"sent": 6})

        assert world.smtp.connections == 3

    async def test_a_connection_the_server_closed_meanwhile_is_replaced_without_a_failed_attempt(
        self, world: World
    ) -> None:
        async with world.working(world.delivery(smtp_connections=1)):
            await world.told(world.invitation("a@example.com"))
            await world.settled({"sent": 1})
            world.smtp.mail_from.append("421 too long idle")
            await world.told(world.invitation("b@example.com"))
            await world.settled({"sent": 2})

        assert await world.attempts() == ["accepted", "accepted"]
        assert world.smtp.connections == 2

    @pytest.mark.parametrize("same_process", [True, False])
    async def test_a_commit_wakes_the_lane_wherever_it_was_made(self, world: World, same_process: bool) -> None:
        async with world.another_process() as other:
            delivery = world.delivery(database=world.database if same_process else other, poll_seconds=60)

            async with world.working(delivery):
                await world.told(world.invitation("first@example.com"))
                await world.settled({"sent": 1})
                await world.told(world.invitation("second@example.com"))
                await world.settled({"sent": 2})

    async def test_stopping_lets_the_mail_in_flight_finish(self, world: World) -> None:
        world.smtp.delay = 0.2
        await world.told(*(world.invitation(f"p{n}@example.com") for n in range(8)), together=True)
        delivery = world.delivery(smtp_connections=2)

        async with world.working(delivery):
            await eventually(world.smtp.has_mail)

        states = await world.states()
        assert states["sent"] == len(world.smtp.mails)
        assert set(states) == {"sent", "queued"}


class TestErasure:
    async def test_once_sent_neither_words_nor_secret_nor_address_remain(self, world: World) -> None:
        invitation = world.invitation(
            recipient=Recipient(email="lea@example.com", given_name="Léa", family_name="Rare", language=Language.EN)
        )

        async with world.working():
            await world.told(invitation)
            await world.settled({"sent": 1})

        (row,) = await world.rows("SELECT * FROM message")
        assert (row["parameters"], row["sealed"], row["recipient"]) == (None, None, "***@example.com")
        assert row["settled_at"] is not None
        assert "Rare" not in str(dict(row))

    async def test_the_database_itself_refuses_a_final_row_that_was_not_erased(self, world: World) -> None:
        await world.told(world.invitation())

        with pytest.raises(Exception, match="message_erased_when_final"):
            async with world.harness.transaction() as uow:
                await uow.session.execute(text("UPDATE message SET state = 'sent'"))
