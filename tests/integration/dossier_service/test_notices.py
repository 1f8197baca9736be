"""Who is told of what happens on a dossier, when, and that nobody else is (A12, A13, M8)."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from dossier_service.notices.digest import write_one, write_summaries
from event_contracts.firms import NoticeIssued
from event_contracts.identity import AccessLeft, AccountState, InvitationDeclined, InvitationExpired
from event_contracts.notifier import MessageFailed, MessageRef
from event_contracts.people import LadderKey
from service_kit.ids import new_id
from service_kit.testing.clock import set_app_now
from service_kit.testing.waiting import eventually
from sqlalchemy import text

BRUSSELS = ZoneInfo("Europe/Brussels")


class Scene:
    """A dossier with an active holder, and an offered grant of the child."""

    def __init__(self, world: Any, office: Any, dossier: Any, holder: Any, child: Any) -> None:
        self.world, self.office, self.dossier, self.holder, self.child = world, office, dossier, holder, child
        self.grant_id = ""

    async def offer(self) -> None:
        body = {"person_id": self.dossier.child_id, "right": "read", "contact_confirmed": True}
        self.grant_id = (await self.office.accountant.made(self.dossier.path + "/grants", body))["id"]

    async def link(self, state: AccountState = AccountState.PENDING) -> None:
        await self.world.told(self.world.linked(self.grant_id, self.child.account_id, state))

    async def happens(self, what: str) -> None:
        """`what` happens to the child's grant."""
        path = f"{self.dossier.path}/grants/{self.grant_id}"
        account, ended = self.child.account_id, self._ended()
        message = MessageRef(
            message_id=new_id(), template="invitation_first", channel="email", offer_ids=(UUID(self.grant_id),)
        )
        if what == "changed":
            await self.office.accountant.call("PATCH", path, {"right": "write"}, If_Match="*")
        elif what == "withdrawn":
            await self.office.accountant.post(path + "/withdraw")
        elif what == "activated":
            await self.link(AccountState.ACTIVE)
        elif what == "declined":
            await self.world.told(InvitationDeclined(**ended))
        elif what == "left":
            await self.world.told(AccessLeft(offer_id=self.grant_id, account_id=account, firm_id=ended["firm_id"]))
        elif what == "not_joined":
            await self.world.told(InvitationExpired(**ended))
        elif what == "undeliverable":
            await self.world.told(MessageFailed(message=message, reason="no such mailbox", permanent=True))

    def _ended(self) -> dict[str, Any]:
        firm_id, account = self.office.firm_id, self.child.account_id
        ladder = LadderKey(kind="invitation", subject_id=account, firm_id=firm_id, epoch=1)
        ids = {"invitation_id": new_id(), "account_id": account, "firm_id": firm_id, "ladder": ladder}
        return {**ids, "offer_ids": (UUID(self.grant_id),)}

    async def told(self, since: int = 0) -> list[tuple[str, str, str]]:
        """Audience, who, and of what."""
        who = {self.holder.account_id: "holder", self.office.accountant.account_id: "manager"}
        notices = (await self.world.harness.said(NoticeIssued))[since:]
        return sorted((one.audience, who[one.account_id], line.kind) for one in notices for line in one.lines)


@pytest.fixture
async def scene(world: Any) -> Scene:
    office = await world.office()
    dossier = await world.dossier(office)
    holder, _ = await world.granted(office, dossier, dossier.holder_id)
    return Scene(world, office, dossier, holder, world.somebody())


async def wants_a_summary(world: Any, member: Any) -> None:
    async with world.harness.transaction() as uow:
        statement = text("UPDATE membership SET notices = 'daily' WHERE account_id = :account")
        await uow.session.execute(statement, {"account": member.account_id})


async def so_far(world: Any) -> int:
    return len(await world.harness.said(NoticeIssued))


async def test_a12_the_holder_hears_of_an_offer_on_his_dossier(world: Any, scene: Scene) -> None:
    before = await so_far(world)

    await scene.offer()

    assert await scene.told(before) == [("holder", "holder", "offered")]
    (line,) = (await world.harness.said(NoticeIssued))[-1].lines
    assert (line.person_name, line.role, line.right, line.by) == ("Léa Dupont", "family", "read", "Marc Manager")


@pytest.mark.parametrize(
    ("what", "audiences"),
    [
        ("changed", ["holder"]),
        ("withdrawn", ["holder"]),
        ("activated", ["holder", "manager"]),
        ("declined", ["holder", "manager"]),
        ("left", ["holder", "manager"]),
        ("undeliverable", ["manager"]),
        ("not_joined", ["manager"]),
    ],
)
async def test_a12_m8_who_hears_of_what_and_once(world: Any, scene: Scene, what: str, audiences: list[str]) -> None:
    await scene.offer()
    await scene.link()
    before = await so_far(world)

    await scene.happens(what)

    assert await scene.told(before) == [(audience, audience, what) for audience in audiences]


async def test_a12_nobody_hears_of_what_is_about_them_or_what_they_did(world: Any, scene: Scene) -> None:
    before = await so_far(world)

    answer = await scene.holder.post(f"/my{scene.dossier.path}/leave")

    assert answer.status_code == 204
    assert await scene.told(before) == [("manager", "manager", "left")]


async def test_a12_an_account_that_stands_for_two_people_of_a_tree_hears_nothing_of_itself(
    world: Any, scene: Scene
) -> None:
    scene.child = scene.holder
    await scene.offer()
    before = await so_far(world)

    await scene.link(AccountState.ACTIVE)

    assert await scene.told(before) == [("manager", "manager", "activated")]


async def test_a12_i11_a_holder_who_is_kept_out_or_has_not_joined_hears_nothing(world: Any, scene: Scene) -> None:
    await scene.offer()
    body = {"reason": "Suspicious sign-ins"}
    path = f"/firms/{scene.office.firm_id}/portal-users/{scene.holder.account_id}"
    answer = await scene.office.administrator.post(path + "/deactivation", body)
    assert answer.status_code < 300, answer.text
    before = await so_far(world)

    await scene.happens("withdrawn")

    assert await scene.told(before) == []


async def test_m8_a_manager_who_wants_a_summary_gets_one_a_day_whoever_writes_it(world: Any, scene: Scene) -> None:
    await wants_a_summary(world, scene.office.accountant)
    await scene.offer()
    await scene.link()
    before = await so_far(world)
    await scene.happens("activated")
    await scene.happens("left")
    at_once = await scene.told(before)
    database = world.harness.database

    early = await write_one(database, 0, BRUSSELS)
    await set_app_now(world.owner_url, timedelta(days=1))
    await asyncio.gather(*(write_one(database, 7, BRUSSELS) for _ in range(4)))
    late = await write_one(database, 7, BRUSSELS)

    assert (early, late) == (False, False)
    assert {audience for audience, _, _ in at_once} == {"holder"}
    (summary,) = [one for one in (await world.harness.said(NoticeIssued))[before:] if one.audience == "manager"]
    assert summary.account_id == scene.office.accountant.account_id
    assert [line.kind for line in summary.lines] == ["activated", "left"]


async def test_m8_the_workers_write_summaries_by_themselves(world: Any, scene: Scene) -> None:
    await wants_a_summary(world, scene.office.accountant)
    await scene.offer()
    await scene.happens("declined")
    await set_app_now(world.owner_url, timedelta(days=1))
    before, stop = await so_far(world), asyncio.Event()

    tasks = [asyncio.create_task(write_summaries(world.harness.database, 7, BRUSSELS, stop)) for _ in range(2)]
    await eventually(lambda: scene.told(before))
    stop.set()
    await asyncio.gather(*tasks)

    assert await scene.told(before) == [("manager", "manager", "declined")]


async def test_m8_a_summary_goes_to_whoever_manages_the_dossier_by_then(world: Any, scene: Scene) -> None:
    await wants_a_summary(world, scene.office.accountant)
    await scene.offer()
    await scene.happens("declined")
    successor, membership_id = await world.colleague(scene.office.firm_id, scene.office.administrator)
    handover = {"membership_id": membership_id, "reason": "Marc leaves"}
    await scene.office.administrator.call("PUT", scene.dossier.path + "/manager", handover)

    await set_app_now(world.owner_url, timedelta(days=1))
    assert await write_one(world.harness.database, 7, BRUSSELS)

    assert (await world.harness.said(NoticeIssued))[-1].account_id == successor.account_id


async def test_a13_two_firms_of_one_person_hear_nothing_of_each_other(world: Any) -> None:
    person = world.somebody()
    offices = [await world.office(name) for name in ("Cabinet Un", "Cabinet Deux")]
    for office in offices:
        dossier = await world.dossier(office)
        body = {"person_id": dossier.child_id, "right": "read", "contact_confirmed": True, "email": "lea@example.com"}
        grant = await office.accountant.made(dossier.path + "/grants", body)
        await world.told(world.linked(grant["id"], person.account_id))

    await world.told(world.activated(person.account_id))

    notices = await world.harness.said(NoticeIssued)
    expected = {office.firm_id: office.accountant.account_id for office in offices}
    assert {one.firm.firm_id: one.account_id for one in notices} == expected
    first, second = (one.as_json() for one in notices)
    assert ("Cabinet Deux" in first) is not ("Cabinet Un" in first)
    assert ("Cabinet Deux" in second) is not ("Cabinet Un" in second)
