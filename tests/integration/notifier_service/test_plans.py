"""A published plan: each recipient gets one mail, where the account has its mails, about the grant it came by (P2)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from event_contracts.dossier import GrantWithdrawn
from event_contracts.firms import FirmConfigured, PortalUserDeactivated
from event_contracts.identity import AccountChanged
from event_contracts.notifier import MessageFailed, MessageSent, MessageSuppressed
from event_contracts.people import Brand, FirmRef, Language, Recipient
from event_contracts.plans import PlanPublished, PlanRecipient
from service_kit.ids import new_id
from service_kit.messaging import Reject
from service_kit.testing.events import arrived

World = Any
FIRM = FirmRef(firm_id=new_id(), name="Cabinet Martin", language=Language.FR)
WORDS = "Voici <b>le plan</b>\r\nhttps://example.com {{ 7*7 }}"


def published(*recipients: PlanRecipient, **changes: Any) -> PlanPublished:
    values: dict[str, Any] = {
        "publication_id": new_id(),
        "plan_id": new_id(),
        "dossier_id": new_id(),
        "version": 2,
        "title": "Retraite",
        "dossier_name": "Famille Dupont",
        "firm": FIRM,
        "published_by": "Anne Petit",
        "custom_text": WORDS,
        "recipients": recipients,
    }
    return PlanPublished(**{**values, **changes})


def somebody(account_id: UUID | None = None) -> PlanRecipient:
    return PlanRecipient(grant_id=new_id(), account_id=account_id or new_id())


def account(
    recipient: PlanRecipient, email: str, name: str = "Léa", language: Language = Language.EN
) -> AccountChanged:
    whom = Recipient(email=email, given_name=name, family_name="Dupont", language=language)
    return AccountChanged(account_id=recipient.account_id, user_name="lea.dupont", recipient=whom)


def text_of(mail: Any) -> str:
    content: str = mail.get_body(("plain",)).get_content()
    return content.replace("\r\n", "\n")


class TestRecipients:
    async def test_each_is_told_in_the_language_and_at_the_address_of_the_account(self, world: World) -> None:
        lea, luc = somebody(), somebody()
        event = published(lea, luc)
        await world.told(FirmConfigured(firm=FIRM, brand=Brand(sender_name="Martin & Fils")))
        await world.told(
            account(lea, "lea@example.com"), account(luc, "luc@example.com", name="Luc", language=Language.NL)
        )

        async with world.working():
            await world.told(event)
            await world.settled({"sent": 2})

        (english,), (dutch,) = world.smtp.to("lea@example.com"), world.smtp.to("luc@example.com")
        assert "Dear Léa Dupont," in text_of(english)
        assert "Beste Luc Dupont," in text_of(dutch)
        for mail in (english, dutch):
            assert mail["From"].addresses[0].display_name == "Martin & Fils"
            assert "> Voici <b>le plan</b>\n> https://example.com {{ 7*7 }}" in text_of(mail)
            assert "https://access.example/sign-in" in text_of(mail)

    async def test_said_twice_it_is_mailed_once(self, world: World) -> None:
        lea = somebody()
        event = published(lea)
        await world.told(account(lea, "lea@example.com"))

        async with world.working():
            await world.told(arrived(event), arrived(event), together=True)
            await world.told(arrived(event))
            await world.settled({"sent": 1})

        assert len(world.smtp.mails) == 1

    async def test_published_again_it_is_mailed_again(self, world: World) -> None:
        lea = somebody()
        await world.told(account(lea, "lea@example.com"))

        async with world.working():
            await world.told(published(lea), published(lea, version=3))
            await world.settled({"sent": 2})

        assert sorted(v for mail in world.smtp.mails for v in "23" if f"version {v}" in text_of(mail)) == ["2", "3"]

    async def test_who_opens_the_dossier_by_two_grants_is_told_once_about_both(self, world: World) -> None:
        holder = somebody()
        contact = somebody(holder.account_id)
        await world.told(account(holder, "lea@example.com"), published(holder, contact))
        await world.told(GrantWithdrawn(grant_id=contact.grant_id, dossier_id=new_id(), firm_id=FIRM.firm_id))

        async with world.working():
            await world.settled({"sent": 1})

        (said,) = await world.harness.said(MessageSent)
        assert set(said.message.offer_ids) == {holder.grant_id, contact.grant_id}

    async def test_published_to_nobody_with_an_account_nothing_is_mailed(self, world: World) -> None:
        await world.told(published())

        assert await world.states() == {}

    async def test_an_address_not_known_yet_is_waited_for_and_then_given_up(self, world: World) -> None:
        early, never = somebody(), somebody()

        async with world.working():
            await world.told(published(early, never))
            await world.settled({"deferred": 2})
            await world.told(account(early, "lea@example.com"))
            await world.settled({"sent": 1, "deferred": 1})
            await world.move_time(timedelta(days=8))
            await world.settled({"sent": 1, "suppressed": 1})

        assert len(world.smtp.mails) == 1

    async def test_who_is_known_by_one_word_is_greeted_by_it(self, world: World) -> None:
        couture = somebody()
        whom = Recipient(email="c@example.com", given_name="", family_name="Couture", language=Language.FR)
        await world.told(AccountChanged(account_id=couture.account_id, user_name="8005551216", recipient=whom))

        async with world.working():
            await world.told(published(couture))
            await world.settled({"sent": 1})

        (mail,) = world.smtp.mails
        assert "Bonjour Couture,\n" in text_of(mail)
        assert mail["To"].addresses[0].display_name == "Couture"


class TestDeactivation:
    """Who is kept out at the firm is not called to a plan there (I11), in whatever order it is heard."""

    @pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
    async def test_what_was_published_before_is_not_mailed_and_after_they_are_let_in_again_it_is(
        self, world: World, order: tuple[int, ...]
    ) -> None:
        lea, luc = somebody(), somebody()
        await world.told(account(lea, "lea@example.com"), account(luc, "luc@example.com"))
        kept_out = PortalUserDeactivated(firm_id=FIRM.firm_id, account_id=lea.account_id)
        events = [
            arrived(published(lea, luc), sequence=5),
            arrived(kept_out, sequence=6),
            arrived(published(lea, version=3), sequence=8),
        ]
        await world.told(*(events[place] for place in order))

        async with world.working():
            await world.settled({"sent": 2, "suppressed": 1})

        (mail,) = world.smtp.to("lea@example.com")
        assert "version 3" in text_of(mail)
        assert len(world.smtp.to("luc@example.com")) == 1
        (said,) = await world.harness.said(MessageSuppressed)
        assert said.reason == "the firm deactivated this portal user"

    async def test_at_another_firm_it_goes(self, world: World) -> None:
        lea = somebody()
        elsewhere = PortalUserDeactivated(firm_id=new_id(), account_id=lea.account_id)
        await world.told(account(lea, "lea@example.com"), published(lea), elsewhere)

        async with world.working():
            await world.settled({"sent": 1})


class TestRecord:
    """The rights page shows the mail beside the grant (A15); its words are gone once it is settled (M4)."""

    @pytest.mark.parametrize(("reply", "state"), [(None, "sent"), ("550 5.1.1 no such mailbox", "failed")])
    async def test_its_outcome_names_grant_account_and_firm(self, world: World, reply: str | None, state: str) -> None:
        lea = somebody()
        world.smtp.rcpt["lea@example.com"].extend([reply] if reply else [])
        await world.told(account(lea, "lea@example.com"), published(lea))
        (waiting,) = await world.rows("SELECT parameters FROM message")
        assert "le plan" in str(waiting["parameters"])

        async with world.working():
            await world.settled({state: 1})

        (said,) = await world.harness.said(MessageFailed if reply else MessageSent)
        message = said.message
        assert (message.template, message.channel) == ("plan_published", "email")
        assert (message.offer_ids, message.account_id) == ((lea.grant_id,), lea.account_id)
        assert message.firm_id == FIRM.firm_id
        (row,) = await world.rows("SELECT * FROM message")
        assert (row["parameters"], row["recipient"]) == (None, "***@example.com")
        assert "le plan" not in str([await world.rows(f"SELECT * FROM {table}") for table in ("message", "attempt")])


class TestHostileText:
    @pytest.mark.parametrize("field", ["title", "dossier_name", "published_by"])
    async def test_a_line_break_in_a_name_mails_nobody(self, world: World, field: str) -> None:
        (outcome,) = await world.harness.deliver(
            published(somebody(), somebody(), **{field: "a\r\nBcc: x@example.com"})
        )

        assert outcome == Reject(f"{field} holds a line break or a control character")
        assert await world.states() == {}
