"""M5: a delivery report ends the mail it is about, once, and its firm's further mail to a dead address."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from event_contracts.identity import AccountState
from event_contracts.notifier import MessageFailed, MessageSent, MessageSuppressed
from event_contracts.people import FirmRef, Language
from notifier_service.bootstrap import SERVICE
from service_kit.ids import new_id
from service_kit.testing import eventually
from service_kit.testing.http import open_client
from service_kit.testing.tokens import TestIssuer
from sqlalchemy import text

World = Any
PATH = "/api/notifier/v1/bounces"
MAIL = {"Content-Type": "message/rfc822"}
OTHER_FIRM = FirmRef(firm_id=new_id(), name="Fiduciaire Janssens", language=Language.NL)


def report(return_path: str, *, action: str = "failed", status: str = "5.1.1", word: str = "user unknown") -> bytes:
    """A report as Postfix writes it, in short."""
    return (
        f"Return-Path: <>\r\nDelivered-To: {return_path}\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        f"Auto-Submitted: auto-replied\r\n"
        f"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        f"--b\r\nContent-Type: text/plain\r\n\r\nsorry\r\n"
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.com\r\n\r\n"
        f"Final-Recipient: rfc822; lea@example.com\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; 550 <lea@example.com> {word}\r\n\r\n--b--\r\n"
    ).encode()


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    issuer = TestIssuer()
    async with open_client(
        SERVICE.routers, database=world.database, deps=world.harness.deps, verifier=issuer.verifier
    ) as client:
        client.headers.update(issuer.headers_of_system("mail-server"))
        yield client


async def handed_in(client: httpx.AsyncClient, raw: bytes, **query: str) -> dict[str, Any]:
    answer = await client.post(PATH, content=raw, headers=MAIL, params=query)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def sent(world: World, *events: Any) -> str:
    """Sends, and gives the return path of the last mail."""
    async with world.working():
        await world.told(*events)
        await eventually(lambda: everything_is_settled(world))
    path: str = world.smtp.return_paths[-1]
    return path


async def everything_is_settled(world: World) -> bool:
    return not set(await world.states()) - {"sent", "failed", "suppressed"}


async def the_message(world: World) -> Any:
    (row,) = await world.rows("SELECT * FROM message")
    return row


class TestABounce:
    async def test_m5_a_bounced_mail_failed_and_everybody_hears_it_once(
        self, world: World, client: httpx.AsyncClient
    ) -> None:
        invitation = world.invitation()
        raw = report(await sent(world, invitation))

        first = await handed_in(client, raw)
        again = [await handed_in(client, raw), await handed_in(client, raw.replace(b"sorry", b"sorry again"))]

        message = await the_message(world)
        assert (first["outcome"], first["message_id"]) == ("bounced", str(message["message_id"]))
        assert [answer["outcome"] for answer in again] == ["already_bounced"] * 2
        assert (message["state"], message["parameters"], message["sealed"]) == ("failed", None, None)
        (failed,) = await world.harness.said(MessageFailed)
        assert (failed.permanent, failed.bounced, failed.ladder) == (True, True, invitation.ladder)
        assert failed.message.invitation_id == invitation.invitation_id
        assert failed.reason == "bounced: 5.1.1 550 <[recipient]> user unknown"
        assert [row["outcome"] for row in await world.rows("SELECT outcome FROM delivery_report ORDER BY id")] == [
            "bounced",
            "already_bounced",
        ]

    async def test_m5_two_reports_at_the_same_moment_count_once(self, world: World, client: httpx.AsyncClient) -> None:
        raw = report(await sent(world, world.invitation()))

        answers = await asyncio.gather(*(handed_in(client, raw) for _ in range(8)))

        assert sorted(answer["outcome"] for answer in answers) == ["already_bounced"] * 7 + ["bounced"]
        assert len(await world.harness.said(MessageFailed)) == 1

    async def test_m5_a_welcome_mail_that_bounces_does_not_go_unnoticed(
        self, world: World, client: httpx.AsyncClient
    ) -> None:
        account = new_id()
        raw = report(await sent(world, world.activated(account)))

        assert (await handed_in(client, raw))["outcome"] == "bounced"

        (failed,) = await world.harness.said(MessageFailed)
        assert (failed.message.account_id, failed.message.template, failed.bounced) == (account, "welcome", True)

    async def test_m5_a_server_that_gave_up_ends_the_mail_and_says_nothing_of_the_address(
        self, world: World, client: httpx.AsyncClient
    ) -> None:
        raw = report(await sent(world, world.invitation()), status="4.4.7")

        assert (await handed_in(client, raw))["outcome"] == "bounced"

        (failed,) = await world.harness.said(MessageFailed)
        assert (failed.permanent, failed.bounced) == (False, True)
        assert await world.rows("SELECT 1 FROM suppressed_address") == []

    @pytest.mark.parametrize(("action", "status"), [("delayed", "4.4.1"), ("delivered", "2.0.0"), ("relayed", "2.0.0")])
    async def test_m5_a_delay_or_a_delivery_is_noted_and_changes_nothing(
        self, world: World, client: httpx.AsyncClient, action: str, status: str
    ) -> None:
        raw = report(await sent(world, world.invitation()), action=action, status=status)

        answer = await handed_in(client, raw)

        expected = "delayed" if action == "delayed" else "delivered"
        assert answer["outcome"] == expected
        assert (await the_message(world))["state"] == "sent"
        assert await world.harness.said(MessageFailed) == []
        assert [row["outcome"] for row in await world.rows("SELECT outcome FROM delivery_report")] == [expected]

    async def test_m5_a_mail_in_doubt_that_bounces_is_not_sent_again(
        self, world: World, client: httpx.AsyncClient, after_dot: Any
    ) -> None:
        world.policy = world.patient
        world.smtp.data["lea@example.com"].append(after_dot["CUT"])
        async with world.working():
            await world.told(world.invitation())
            await world.settled({"uncertain": 1})

        assert (await handed_in(client, report(world.smtp.return_paths[0])))["outcome"] == "bounced"

        assert await world.states() == {"failed": 1}
        assert len(world.smtp.mails) == 1
        assert (await the_message(world))["recipient"] == "***@example.com"

    async def test_m5_a_report_quicker_than_our_own_record_is_asked_for_again(
        self, world: World, client: httpx.AsyncClient
    ) -> None:
        raw = report(await sent(world, world.invitation()))
        async with world.database.engine.begin() as connection:
            await connection.execute(text("UPDATE message SET state = 'sending', lease_until = now() + interval '1h'"))

        answer = await client.post(PATH, content=raw, headers=MAIL)

        assert (answer.status_code, answer.json()["code"]) == (503, "message_under_way")
        assert answer.headers["Retry-After"] == "5"
        assert await world.rows("SELECT 1 FROM delivery_report") == []


class TestBadReports:
    async def test_m5_a_report_that_comes_after_30_days_changes_nothing(
        self, world: World, client: httpx.AsyncClient
    ) -> None:
        raw = report(await sent(world, world.invitation()))
        await world.move_time(timedelta(days=31))

        assert (await handed_in(client, raw))["outcome"] == "old_message"
        assert (await the_message(world))["state"] == "sent"

    async def test_m5_a_report_about_a_message_that_is_settled_otherwise_changes_nothing(
        self, world: World, client: httpx.AsyncClient
    ) -> None:
        invitation = world.invitation()
        await world.told(world.revoked(invitation))
        async with world.working():
            await world.told(invitation)
            await world.settled({"suppressed": 1})
        path = world.harness.deps.return_paths.of((await the_message(world))["message_id"])

        assert (await handed_in(client, report(path)))["outcome"] == "old_message"
        assert await world.harness.said(MessageFailed) == []

    async def test_m5_reports_nobody_can_use_are_answered_with_what_they_are(
        self, world: World, client: httpx.AsyncClient
    ) -> None:
        path = await sent(world, world.invitation())
        unknown = world.harness.deps.return_paths.of(new_id())
        reply = f"To: {path}\r\nContent-Type: text/plain\r\n\r\nMerci\r\n".encode()
        bad = {
            "unknown_message": report(unknown),
            "foreign": report(path[:-20] + "0" * 4 + path[-16:]),
            "not_a_report": reply,
            "malformed": report(path).replace(b"Action: failed", b"Action: exploded"),
        }

        answers = {name: await handed_in(client, raw) for name, raw in bad.items()}

        assert {name: answer["outcome"] for name, answer in answers.items()} == {name: name for name in bad}
        assert all(answer["detail"].startswith(("No ", "It ", "A mail")) for answer in answers.values())
        assert await world.states() == {"sent": 1}
        assert await world.rows("SELECT 1 FROM delivery_report") == []

    async def test_m5_the_message_id_of_a_returned_mail_proves_nothing(
        self, world: World, client: httpx.AsyncClient
    ) -> None:
        await sent(world, world.invitation())
        message_id = world.smtp.mails[0]["Message-ID"]
        returned = (
            f"\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {message_id}\r\n\r\nhi\r\n--b--".encode()
        )
        raw = report("bounces@access.example").replace(b"\r\n--b--", returned)

        assert (await handed_in(client, raw))["outcome"] == "foreign"

    async def test_m5_the_envelope_recipient_counts_when_the_mail_server_tells_it(
        self, world: World, client: httpx.AsyncClient
    ) -> None:
        path = await sent(world, world.invitation())

        wrong = await handed_in(client, report(path), recipient="postmaster@access.example")
        right = await handed_in(client, report("postmaster@access.example"), recipient=path)

        assert (wrong["outcome"], right["outcome"]) == ("foreign", "bounced")

    async def test_only_systems_hand_in_reports_and_only_as_mails(
        self, world: World, client: httpx.AsyncClient
    ) -> None:
        issuer = TestIssuer()
        person = await client.post(PATH, content=b"x", headers={**MAIL, **issuer.headers_of(new_id())})
        as_json = await client.post(PATH, json={})

        assert person.status_code == 401  # of another issuer, so not even a caller
        assert (as_json.status_code, as_json.json()["code"]) == (422, "not_a_mail")


class TestSuppression:
    async def test_m5_a_firm_writes_no_more_to_an_address_that_bounced(
        self, world: World, client: httpx.AsyncClient
    ) -> None:
        await handed_in(client, report(await sent(world, world.invitation())))

        async with world.working():
            await world.told(world.invitation(), world.linked(AccountState.ACTIVE), world.invitation("leo@example.com"))
            await world.settled({"failed": 1, "suppressed": 2, "sent": 1})

        assert {said.reason for said in await world.harness.said(MessageSuppressed)} == {"this address bounced"}
        assert len(world.smtp.to("lea@example.com")) == 1

    async def test_m5_a_refusal_by_the_server_itself_counts_as_much_as_a_report(self, world: World) -> None:
        world.smtp.rcpt["lea@example.com"].append("550 no such user")
        async with world.working():
            await world.told(world.invitation())
            await world.settled({"failed": 1})
            await world.told(world.invitation())
            await world.settled({"failed": 1, "suppressed": 1})

        assert world.smtp.mails == []

    async def test_m5_a_passing_trouble_suppresses_nothing(self, world: World) -> None:
        world.smtp.rcpt["lea@example.com"].append("451 greylisted")
        await sent(world, world.invitation())

        assert await world.states() == {"sent": 1}
        assert await world.rows("SELECT 1 FROM suppressed_address") == []

    async def test_a13_another_firm_finds_out_by_itself(self, world: World, client: httpx.AsyncClient) -> None:
        await handed_in(client, report(await sent(world, world.invitation())))

        await sent(world, world.invitation(firm=OTHER_FIRM))

        assert await world.states() == {"failed": 1, "sent": 1}

    async def test_m4_the_security_lane_knows_no_suppression(self, world: World, client: httpx.AsyncClient) -> None:
        await handed_in(client, report(await sent(world, world.invitation())))

        await sent(world, world.code())

        assert await world.states() == {"failed": 1, "sent": 1}

    async def test_i7_what_staff_ask_for_anew_goes_out_and_lifts_the_suppression(
        self, world: World, client: httpx.AsyncClient
    ) -> None:
        await handed_in(client, report(await sent(world, world.invitation())))

        await sent(world, world.invitation(resend=True))
        await sent(world, world.invitation())

        assert await world.states() == {"failed": 1, "sent": 2}
        assert len(await world.harness.said(MessageSent)) == 3
        assert await world.rows("SELECT 1 FROM suppressed_address") == []

    async def test_m5_whoever_opens_the_account_reads_mail_at_that_address(
        self, world: World, client: httpx.AsyncClient
    ) -> None:
        invitation = world.invitation()
        await handed_in(client, report(await sent(world, invitation)))

        await sent(world, world.activated(invitation.account_id))

        assert await world.rows("SELECT 1 FROM suppressed_address") == []

    async def test_m5_a_rotated_key_keeps_the_suppression(
        self, world: World, client: httpx.AsyncClient, other_key: str
    ) -> None:
        await handed_in(client, report(await sent(world, world.invitation())))
        async with world.with_keys(other_key, newest=True) as rotated, rotated.working():
            await rotated.told(rotated.invitation())
            await rotated.settled({"failed": 1, "suppressed": 1})

    async def test_m5_no_address_is_kept(self, world: World, client: httpx.AsyncClient) -> None:
        await handed_in(client, report(await sent(world, world.invitation())))

        for table in ("message", "suppressed_address", "delivery_report", "attempt"):
            rows = await world.rows(f"SELECT row_to_json({table})::text AS row FROM {table}")
            assert rows
            assert not [row for row in rows if "lea@" in row["row"]]
