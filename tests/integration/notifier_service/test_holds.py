"""M6: a switch holds a firm's mail or all mail, shows what is held, and lets go what is still wanted."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from event_contracts.firms import NoticeAudience, NoticeIssued, NoticeKind, NoticeLine, StaffJoined
from event_contracts.identity import AccountState
from event_contracts.notifier import MessageHeld, MessageSent, MessageSuppressed
from event_contracts.people import FirmRef, Language
from notifier_service.bootstrap import SERVICE
from service_kit.ids import new_id
from service_kit.testing import eventually
from service_kit.testing.http import open_client
from service_kit.testing.tokens import TestIssuer

World = Any
OURS = FirmRef(firm_id=new_id(), name="Cabinet Martin", language=Language.FR)
THEIRS = FirmRef(firm_id=new_id(), name="Fiduciaire Janssens", language=Language.NL)
HOLD = {"held": True, "reason": "addresses are being checked"}
RELEASE = {"held": False}


def hold_of(firm: FirmRef) -> str:
    return f"/api/notifier/v1/firms/{firm.firm_id}/mail-hold"


def held_of(firm: FirmRef) -> str:
    return f"/api/notifier/v1/firms/{firm.firm_id}/held-messages"


ALL = "/api/notifier/v1/mail-hold"


class Office:
    """An administrator and an accountant of each firm, and a system, all calling the same service."""

    def __init__(self, client: httpx.AsyncClient, issuer: TestIssuer) -> None:
        self._client = client
        self._issuer = issuer
        self.people: dict[tuple[UUID, str], UUID] = {}

    async def open(self, world: World) -> None:
        for firm in (OURS, THEIRS):
            for role in ("administrator", "accountant"):
                account = self.people[(firm.firm_id, role)] = new_id()
                joined = StaffJoined(membership_id=new_id(), firm_id=firm.firm_id, account_id=account, role=role)
                await world.told(joined)

    async def get(self, path: str, firm: FirmRef = OURS, role: str = "administrator") -> httpx.Response:
        headers = self._issuer.headers_of(self.people[(firm.firm_id, role)])
        return await self._client.get(path, headers=headers)

    async def put(
        self, path: str, body: dict[str, Any], firm: FirmRef = OURS, role: str = "administrator"
    ) -> httpx.Response:
        headers = self._issuer.headers_of(self.people[(firm.firm_id, role)])
        return await self._client.put(path, json=body, headers=headers)

    async def system(self, body: dict[str, Any] | None = None) -> dict[str, Any]:
        headers = self._issuer.headers_of_system("operations")
        if body is None:
            answer = await self._client.get(ALL, headers=headers)
        else:
            answer = await self._client.put(ALL, json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown


@pytest.fixture
async def office(world: World) -> AsyncIterator[Office]:
    issuer = TestIssuer()
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(
            open_client(SERVICE.routers, database=world.database, deps=world.harness.deps, verifier=issuer.verifier)
        )
        office = Office(client, issuer)
        await office.open(world)
        yield office


async def held(world: World, count: int) -> None:
    """Until so many messages are marked as held."""

    async def as_many() -> bool:
        return len(await world.rows("SELECT 1 FROM message WHERE held_at IS NOT NULL")) == count

    await eventually(as_many, within=15)


class TestOneFirm:
    async def test_m6_held_mail_waits_is_shown_and_goes_out_after_the_release(
        self, world: World, office: Office
    ) -> None:
        switched = await office.put(hold_of(OURS), HOLD)
        invitation = world.invitation(firm=OURS)
        async with world.working():
            await world.told(invitation)
            await held(world, 1)
            shown = (await office.get(held_of(OURS))).json()["items"]
            assert (world.smtp.mails, await world.harness.said(MessageSent)) == ([], [])

            released = await office.put(hold_of(OURS), RELEASE)
            await world.settled({"sent": 1})

        assert (switched.status_code, switched.json()["held"], switched.json()["reason"]) == (200, True, HOLD["reason"])
        assert (released.json()["held"], released.json()["all_mail_held"]) == (False, False)
        (item,) = shown
        assert (item["template"], item["language"], item["recipient"]) == ("invitation_first", "fr", "lea@example.com")
        assert item["offer_ids"] == [str(invitation.offers[0].offer_id)]
        assert (item["created_at"], item["held_at"]) != (None, None)
        (said,) = await world.harness.said(MessageHeld)
        assert said.message.invitation_id == invitation.invitation_id

    async def test_a13_a_hold_of_one_firm_shows_nowhere_in_the_other(self, world: World, office: Office) -> None:
        await office.put(hold_of(OURS), HOLD)
        async with world.working():
            await world.told(world.invitation(firm=OURS), world.invitation("eva@example.com", firm=THEIRS))
            await held(world, 1)
            await world.settled({"queued": 1, "sent": 1})

        assert (await office.get(hold_of(THEIRS), THEIRS)).json()["held"] is False
        assert (await office.get(held_of(THEIRS), THEIRS)).json()["items"] == []
        assert [said.message.firm_id for said in await world.harness.said(MessageHeld)] == [OURS.firm_id]

    async def test_m4_the_security_lane_knows_no_hold(self, world: World, office: Office) -> None:
        await office.put(hold_of(OURS), HOLD)
        await office.system(HOLD)

        async with world.working():
            await world.told(world.code(), world.invitation(firm=OURS))
            await world.settled({"sent": 1, "queued": 1})

    async def test_m6_a_held_mail_that_is_stale_by_then_is_suppressed_and_never_sent_late(
        self, world: World, office: Office
    ) -> None:
        await office.put(hold_of(OURS), HOLD)
        revoked = world.invitation("revoked@example.com", firm=OURS)
        expired = world.invitation("expired@example.com", firm=OURS)
        async with world.working():
            await world.told(revoked, expired)
            await held(world, 2)
            await world.told(world.revoked(revoked))
            await world.move_time(timedelta(days=31))
            await office.put(hold_of(OURS), RELEASE)
            await world.settled({"suppressed": 2})

        assert world.smtp.mails == []
        assert {said.reason for said in await world.harness.said(MessageSuppressed)} == {
            "the invitation was revoked",
            "expired before it could be sent",
        }

    async def test_m6_mail_that_waited_for_a_retry_is_held_too_and_keeps_its_turn(
        self, world: World, office: Office
    ) -> None:
        world.policy = world.patient
        world.smtp.rcpt["lea@example.com"].append("451 later")
        async with world.working():
            await world.told(world.invitation(firm=OURS))
            await world.settled({"deferred": 1})
            await office.put(hold_of(OURS), HOLD)
            await held(world, 1)

        assert (await office.get(held_of(OURS))).json()["items"][0]["state"] == "deferred"

    async def test_m6_thousands_of_held_mails_delay_no_other_firm(self, world: World, office: Office) -> None:
        await office.put(hold_of(OURS), HOLD)
        await world.told(*(world.invitation(f"p{n}@example.com", firm=OURS) for n in range(1200)), together=True)
        async with world.working():
            await world.told(world.invitation("eva@example.com", firm=THEIRS))
            await world.settled({"queued": 1200, "sent": 1})
            await held(world, 1200)

        assert len(await world.harness.said(MessageHeld)) == 1200
        page = (await office.get(held_of(OURS) + "?limit=100")).json()
        assert (len(page["items"]), page["next"] is not None) == (100, True)

    async def test_i9_the_address_that_an_account_has_elsewhere_is_not_shown(
        self, world: World, office: Office
    ) -> None:
        account = new_id()
        await office.put(hold_of(OURS), HOLD)
        async with world.working():
            line = NoticeLine(kind=NoticeKind.DEACTIVATED, at=datetime.now(UTC), reason="moved")
            person = NoticeAudience.PERSON
            notice = NoticeIssued(notice_id=new_id(), audience=person, account_id=account, firm=OURS, lines=(line,))
            await world.told(world.activated(account, "private@example.com"), notice)
            await held(world, 1)

        shown = await office.get(held_of(OURS))
        assert shown.json()["items"][0]["recipient"] is None
        assert "private@" not in shown.text

    async def test_m6_switching_twice_changes_nothing_and_a_second_hold_is_told_anew(
        self, world: World, office: Office
    ) -> None:
        await office.put(hold_of(OURS), HOLD)
        again = await office.put(hold_of(OURS), {**HOLD, "reason": "another"})
        async with world.working():
            await world.told(world.linked(AccountState.ACTIVE), world.invitation(firm=OURS))
            await held(world, 1)
            await office.put(hold_of(OURS), RELEASE)
            await world.settled({"sent": 2})
        await office.put(hold_of(OURS), RELEASE)

        assert again.json()["reason"] == HOLD["reason"]
        assert len(await world.harness.said(MessageHeld)) == 1
        (journal,) = await world.rows("SELECT * FROM mail_hold")
        administrator = str(office.people[(OURS.firm_id, "administrator")])
        assert (journal["held_by"], journal["released_by"]) == (administrator, administrator)
        assert journal["held_at"] <= journal["released_at"]


class TestAllMail:
    async def test_m6_the_operator_holds_everybody_and_a_firms_own_hold_outlives_it(
        self, world: World, office: Office
    ) -> None:
        switched = await office.system(HOLD)
        await office.put(hold_of(OURS), HOLD)
        async with world.working():
            await world.told(world.invitation(firm=OURS), world.invitation("eva@example.com", firm=THEIRS))
            await held(world, 2)
            shown = await office.get(hold_of(THEIRS), THEIRS)
            items = (await office.get(held_of(THEIRS), THEIRS)).json()["items"]
            waiting = await office.system()
            await office.system(RELEASE)
            await world.settled({"queued": 1, "sent": 1})

        assert (switched["held"], switched["held_by"]) == (True, "operations")
        assert (shown.json()["held"], shown.json()["all_mail_held"], shown.json()["reason"]) == (False, True, None)
        assert ([item["recipient"] for item in items], waiting["waiting"]) == (["eva@example.com"], 2)
        assert world.smtp.to("lea@example.com") == []
        assert len(await world.rows("SELECT 1 FROM message WHERE held_at IS NOT NULL")) == 1

    async def test_m6_releasing_a_firm_under_a_hold_of_all_lets_nothing_go(self, world: World, office: Office) -> None:
        await office.system(HOLD)
        await office.put(hold_of(OURS), HOLD)
        async with world.working():
            await world.told(world.invitation(firm=OURS))
            await held(world, 1)
            await office.put(hold_of(OURS), RELEASE)
            assert (await office.get(hold_of(OURS))).json()["all_mail_held"] is True

        assert await world.states() == {"queued": 1}
        assert len(await world.rows("SELECT 1 FROM message WHERE held_at IS NOT NULL")) == 1


class TestWhoMay:
    @pytest.mark.parametrize("path", [hold_of(OURS), held_of(OURS)], ids=["switch", "messages"])
    async def test_a14_administrators_only_and_a13_nobody_of_another_firm(
        self, world: World, office: Office, path: str
    ) -> None:
        unknown = path.replace(str(OURS.firm_id), str(new_id()))

        accountant = await office.get(path, role="accountant")
        stranger = await office.get(path, THEIRS)
        nobody = await office.get(unknown)

        assert (accountant.status_code, accountant.json()["rule"]) == (403, "A14")
        assert (stranger.status_code, stranger.json()["rule"]) == (404, "A13")
        own = {"correlation_id": "", "instance": ""}
        assert {**stranger.json(), **own} == {**nobody.json(), **own}

    async def test_a14_nobody_else_switches(self, world: World, office: Office) -> None:
        refused = [
            await office.put(hold_of(OURS), HOLD, role="accountant"),
            await office.put(hold_of(OURS), HOLD, THEIRS),
            await office.put(ALL, HOLD),
        ]

        assert [answer.status_code for answer in refused] == [403, 404, 403]
        assert await world.rows("SELECT 1 FROM mail_hold") == []

    @pytest.mark.parametrize("reason", [None, "", "  \u0000 ", "x" * 501])
    async def test_m6_a_hold_needs_a_reason(self, world: World, office: Office, reason: str | None) -> None:
        refused = await office.put(hold_of(OURS), {"held": True, "reason": reason})

        assert refused.status_code == 422
        assert await world.rows("SELECT 1 FROM mail_hold") == []
