"""I5: links and codes are sealed at rest, opened only while they are sent, and never logged."""

from typing import Any

import pytest
from event_contracts.people import FirmRef, Language, Recipient
from service_kit.ids import new_id
from service_kit.messaging import Reject

World = Any
TOKEN, CODE = "a-token-nobody-else-may-see", "739182"


async def everything(world: World) -> str:
    """All text this service has in its database."""
    tables = ("message", "attempt", "closed_subject", "outbox", "inbox")
    return "".join([str(await world.rows(f"SELECT * FROM {table}")) for table in tables])


async def test_what_waits_holds_the_link_and_the_code_sealed_only(world: World) -> None:
    await world.told(world.invitation(token=TOKEN), world.code(code=CODE))

    stored = await everything(world)

    assert "ciphertext" in stored
    assert TOKEN not in stored
    assert CODE not in stored


@pytest.mark.parametrize("reply", [None, "451 later", "550 no such mailbox"])
async def test_no_outcome_brings_a_secret_into_a_log_or_a_table(
    world: World, capsys: pytest.CaptureFixture[str], reply: str | None
) -> None:
    for address in ("lea@example.com", "32470123456@sms.localhost"):
        world.smtp.rcpt[address].extend([reply] if reply else [])
    final = {"failed": 2} if reply == "550 no such mailbox" else {"sent": 2}

    async with world.working():
        await world.told(world.invitation(token=TOKEN), world.code(code=CODE))
        await world.settled(final)

    logged = capsys.readouterr()
    for text in (logged.out, logged.err, await everything(world)):
        assert TOKEN not in text
        assert CODE not in text
        assert "lea@example.com" not in text
        assert "+32470123456" not in text
    assert "attempt ended" in logged.out


class TestHostileNames:
    """M2: a name never becomes a header; what breaks the contract is a dead letter with its reason."""

    @pytest.mark.parametrize("name", ["Léa\r\nBcc: all@example.com", "Léa\nX: y", "Léa\u2028Bcc: x@y.z", "Léa\x00"])
    async def test_a_line_break_in_a_name_is_rejected(self, world: World, name: str) -> None:
        recipient = Recipient(email="lea@example.com", given_name=name, family_name="Dupont", language=Language.FR)

        (outcome,) = await world.harness.deliver(world.invitation(recipient=recipient))

        assert outcome == Reject("recipient.given_name holds a line break or a control character")
        assert await world.states() == {}

    async def test_a_line_break_in_the_firms_name_is_rejected(self, world: World) -> None:
        firm = FirmRef(firm_id=new_id(), name="Cabinet\r\nBcc: all@example.com", language=Language.FR)

        (outcome,) = await world.harness.deliver(world.invitation(firm=firm))

        assert isinstance(outcome, Reject)

    async def test_an_address_that_would_end_the_command_is_rejected(self, world: World) -> None:
        (outcome,) = await world.harness.deliver(world.invitation("lea@example.com> SIZE=1"))

        assert isinstance(outcome, Reject)

    async def test_quotes_angle_brackets_and_emoji_arrive_as_they_are(self, world: World) -> None:
        firm = FirmRef(firm_id=new_id(), name='Cabinet "É" <x@y.z>, Fils & Cie 🗂', language=Language.FR)

        async with world.working():
            await world.told(world.invitation(firm=firm))
            await world.settled({"sent": 1})

        (mail,) = world.smtp.mails
        assert mail["From"].addresses[0].display_name == firm.name
        assert [address.addr_spec for address in mail["From"].addresses] == ["no-reply@access.example"]
        assert mail["Bcc"] is None
