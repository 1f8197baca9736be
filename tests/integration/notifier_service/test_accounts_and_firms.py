"""Notices follow the account's address, mails wear their firm's look and no other's, and nothing outlives erasure."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from event_contracts.firms import FirmConfigured, NoticeAudience, NoticeIssued, NoticeKind, NoticeLine
from event_contracts.identity import AccountChanged, AccountErased, AccountState
from event_contracts.people import Brand, FirmRef, Language, Recipient
from event_contracts.security import SecurityNoticeIssued, SecurityNoticeKind
from service_kit.ids import new_id
from service_kit.messaging import Reject
from service_kit.testing.events import arrived

World = Any
MARTIN = FirmRef(firm_id=new_id(), name="Cabinet Martin", language=Language.FR)
LAMBERT = FirmRef(firm_id=new_id(), name="Kantoor Lambert", language=Language.NL)
LOGO = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x64\x00\x00\x00\x32"


def notice(account_id: UUID, firm: FirmRef = MARTIN) -> NoticeIssued:
    line = NoticeLine(kind=NoticeKind.OFFERED, at=datetime.now(UTC), dossier_name="Famille Dupont", person_name="Luc")
    return NoticeIssued(
        notice_id=new_id(), audience=NoticeAudience.HOLDER, account_id=account_id, firm=firm, lines=(line,)
    )


def changed(account_id: UUID, email: str, language: Language = Language.EN, name: str = "Léa") -> AccountChanged:
    recipient = Recipient(email=email, given_name=name, family_name="Dupont", language=language)
    return AccountChanged(account_id=account_id, user_name="lea.dupont", recipient=recipient)


def configured(firm: FirmRef, **brand: Any) -> FirmConfigured:
    return FirmConfigured(firm=firm, brand=Brand(**{"sender_name": f"{firm.name} & Co", **brand}))


def addresses(world: World) -> list[str]:
    return [mail["To"].addresses[0].addr_spec for mail in world.smtp.mails]


def text_of(mail: Any) -> str:
    content: str = mail.get_body(("plain",)).get_content()
    return content


class TestAddresses:
    async def test_a_notice_goes_where_the_account_has_its_mails_when_it_is_sent(self, world: World) -> None:
        account_id = new_id()
        await world.told(arrived(world.activated(account_id), sequence=1))
        await world.told(notice(account_id), arrived(changed(account_id, "new@example.com"), sequence=2))

        async with world.working():
            await world.settled({"sent": 2})

        (mail,) = world.smtp.to("new@example.com")[-1:]
        assert "Dear Léa Dupont" in text_of(world.smtp.mails[-1])
        assert mail["Content-Language"] in {"fr", "en"}

    async def test_what_waits_for_an_old_address_goes_to_the_new_one(self, world: World) -> None:
        linked = world.linked(AccountState.ACTIVE, "old@example.com")
        await world.told(linked, arrived(changed(linked.account_id, "new@example.com"), sequence=2))

        async with world.working():
            await world.settled({"sent": 1})

        assert addresses(world) == ["new@example.com"]

    async def test_a_link_is_never_sent_to_another_address_than_it_was_made_for(self, world: World) -> None:
        invitation = world.invitation("old@example.com")
        await world.told(invitation, changed(invitation.account_id, "new@example.com"))

        async with world.working():
            await world.settled({"sent": 1})

        assert addresses(world) == ["old@example.com"]

    @pytest.mark.parametrize("in_order", [True, False])
    async def test_the_newest_word_on_an_address_wins_in_whatever_order(self, world: World, in_order: bool) -> None:
        account_id = new_id()
        words = [
            arrived(changed(account_id, "first@example.com"), sequence=5),
            arrived(changed(account_id, "second@example.com"), sequence=6),
        ]
        await world.told(*(words if in_order else reversed(words)), notice(account_id))

        async with world.working():
            await world.settled({"sent": 1})

        assert addresses(world) == ["second@example.com"]

    async def test_a_notice_to_an_address_not_known_yet_waits_for_it(self, world: World) -> None:
        account_id = new_id()

        async with world.working():
            await world.told(notice(account_id))
            await world.settled({"deferred": 1})
            await world.told(changed(account_id, "lea@example.com"))
            await world.settled({"sent": 1})

        assert addresses(world) == ["lea@example.com"]
        assert "address_unknown" in await world.attempts()

    async def test_news_for_an_address_that_never_became_known_is_given_up(self, world: World) -> None:
        await world.told(notice(new_id()))
        await world.move_time(timedelta(days=8))

        async with world.working():
            await world.settled({"suppressed": 1})

        (row,) = await world.rows("SELECT reason FROM message")
        assert row["reason"] == "the account's address never became known here"

    async def test_an_address_that_would_end_the_command_is_rejected(self, world: World) -> None:
        (outcome,) = await world.harness.deliver(changed(new_id(), "lea@example.com> SIZE=1"))

        assert isinstance(outcome, Reject)
        assert await world.rows("SELECT * FROM account_address") == []


class TestErasure:
    async def test_the_farewell_goes_and_nothing_else(self, world: World) -> None:
        account_id = new_id()
        recipient = Recipient(email="lea@example.com", given_name="Léa", family_name="Rare", language=Language.FR)
        linked = world.linked(AccountState.ACTIVE).model_copy(update={"account_id": account_id})
        farewell = SecurityNoticeIssued(
            notice_id=new_id(),
            account_id=account_id,
            kind=SecurityNoticeKind.ACCOUNT_ERASED,
            recipient=recipient,
            at=datetime.now(UTC),
        )
        await world.told(changed(account_id, "lea@example.com", name="Rare"), notice(account_id), linked, farewell)
        await world.told(AccountErased(account_id=account_id), notice(account_id))

        async with world.working():
            await world.settled({"suppressed": 3, "sent": 1})

        (mail,) = world.smtp.mails
        assert "Votre compte a été effacé" in mail["Subject"]
        everything = str([await world.rows(f"SELECT * FROM {table}") for table in ("message", "account_address")])
        assert "Rare" not in everything
        assert "lea@example.com" not in everything

    async def test_a_late_word_does_not_bring_the_address_back(self, world: World) -> None:
        account_id = new_id()

        await world.told(AccountErased(account_id=account_id))
        await world.told(arrived(changed(account_id, "lea@example.com"), sequence=99))

        (row,) = await world.rows("SELECT email, given_name, family_name, language FROM account_address")
        assert set(row.values()) == {None}

    async def test_a_message_of_another_account_is_not_touched(self, world: World) -> None:
        erased, other = new_id(), new_id()
        await world.told(changed(other, "other@example.com"), notice(other), notice(erased))
        await world.told(AccountErased(account_id=erased))

        async with world.working():
            await world.settled({"suppressed": 1, "sent": 1})

        assert addresses(world) == ["other@example.com"]


class TestLooks:
    async def test_a_mail_of_one_firm_shows_nothing_of_another(self, world: World) -> None:
        account_id = new_id()
        await world.told(changed(account_id, "lea@example.com"))
        await world.told(
            configured(MARTIN, colour="#7a1e3c", reply_to="info@martin.example"),
            configured(LAMBERT, logo_png=base64.b64encode(LOGO).decode()),
        )

        async with world.working():
            await world.told(notice(account_id, MARTIN), notice(account_id, LAMBERT))
            await world.settled({"sent": 2})

        mails = {mail["From"].addresses[0].display_name: mail.as_string() for mail in world.smtp.mails}
        assert set(mails) == {"Cabinet Martin & Co", "Kantoor Lambert & Co"}
        martin, lambert = mails["Cabinet Martin & Co"], mails["Kantoor Lambert & Co"]
        assert not [word for word in ("Lambert", "image/png") if word in martin]
        assert not [word for word in ("Martin", "7a1e3c", "info@martin.example") if word in lambert]

    async def test_what_waits_wears_the_look_of_the_day_it_is_sent(self, world: World) -> None:
        invitation = world.invitation(firm=MARTIN)
        await world.told(invitation, arrived(configured(MARTIN, sender_name="New name"), sequence=2))
        await world.told(arrived(configured(MARTIN, sender_name="Old name"), sequence=1))

        async with world.working():
            await world.settled({"sent": 1})

        assert world.smtp.mails[0]["From"].addresses[0].display_name == "New name"

    async def test_a_firm_without_a_look_sends_under_its_name(self, world: World) -> None:
        account_id = new_id()
        await world.told(changed(account_id, "lea@example.com"), notice(account_id, LAMBERT))

        async with world.working():
            await world.settled({"sent": 1})

        assert world.smtp.mails[0]["From"].addresses[0].display_name == "Kantoor Lambert"

    @pytest.mark.parametrize(
        "brand",
        [
            {"sender_name": "Martin\r\nBcc: all@example.com"},
            {"reply_to": "a@example.com, b@example.com"},
            {"logo_png": base64.b64encode(b"GIF89a").decode()},
        ],
    )
    async def test_a_look_that_could_harm_a_mail_is_rejected(self, world: World, brand: dict[str, str]) -> None:
        (outcome,) = await world.harness.deliver(configured(MARTIN, **brand))

        assert isinstance(outcome, Reject)
        assert await world.rows("SELECT * FROM firm_brand") == []
