"""Closing and reopening a dossier over HTTP: what outside parties keep, what rests, who is told (A5, A10, A12)."""

import asyncio
from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from event_contracts.dossier import (
    DossierClosed,
    DossierReopened,
    GrantWithdrawn,
    OfferResumed,
    OfferSuspended,
)
from event_contracts.firms import NoticeIssued
from sqlalchemy import text

CLOSE = {"access": "read_only", "reason": "Le mandat est terminé"}
END = {**CLOSE, "access": "ended"}
REOPEN = {"reason": "Erreur"}


class Scene:
    """Holder and child have open access; co-holder and sibling were offered it; a helper is in the team."""

    def __init__(self, world: Any, office: Any, dossier: Any) -> None:
        self.world, self.office, self.dossier, self.manager = world, office, dossier, office.accountant
        self.holder = self.child = self.helper = self.manager
        self.helper_id = ""
        self.grants: dict[str, str] = {}
        self.people: dict[str, str] = {}

    async def build(self, person: Any) -> "Scene":
        world, office, dossier = self.world, self.office, self.dossier
        self.holder, holder = await world.granted(office, dossier, dossier.holder_id)
        self.child, child = await world.granted(office, dossier, dossier.child_id)
        self.helper, self.helper_id = await world.colleague(office.firm_id, office.administrator)
        await self.manager.call("PUT", f"{dossier.path}/team/{self.helper_id}")
        self.grants = {"holder": holder["id"], "child": child["id"]}
        for name, who in (("co_holder", {"role": "co_holder"}), ("sibling", {"relationship": "sibling"})):
            added = await self.manager.made(dossier.path + "/people", {**person(), **who})
            self.people[name] = added["id"]
            body = {"person_id": added["id"], "right": "write", "contact_confirmed": True}
            self.grants[name] = (await self.manager.made(dossier.path + "/grants", body))["id"]
        return self

    async def close(self, body: Any = CLOSE, who: Any = None, query: str = "") -> Any:
        return await (who or self.manager).post(f"{self.dossier.path}/close{query}", body)

    async def reopen(self, body: Any = REOPEN, who: Any = None, query: str = "") -> Any:
        return await (who or self.manager).post(f"{self.dossier.path}/reopen{query}", body)

    async def states(self) -> dict[str, str]:
        return {name: await self.world.grant_state(grant) for name, grant in self.grants.items()}

    async def may(self, who: Any, action: str) -> tuple[bool, str]:
        body = {"dossier_id": self.dossier.id, "section": "asset_inventory", "action": action}
        decision = (await who.post("/decisions", body)).json()
        return decision["allowed"], decision["why"]["code"]

    async def said(self, kind: Any) -> list[str]:
        """About which of the grants something was said."""
        names = {UUID(grant): name for name, grant in self.grants.items()}
        return sorted(names[one.grant_id] for one in await self.world.harness.said(kind))

    async def told(self, since: int) -> dict[str, tuple[str, str | None, str | None]]:
        """Who heard that the dossier was closed or reopened: which, what they keep, and why."""
        who = {
            self.manager.account_id: "manager",
            self.helper.account_id: "helper",
            self.holder.account_id: "holder",
            self.child.account_id: "child",
        }
        notices = [one for one in (await self.world.harness.said(NoticeIssued))[since:] if one.audience == "person"]
        told = Counter(one.account_id for one in notices)
        assert set(told.values()) <= {1}
        return {
            who[one.account_id]: (line.kind, line.closed_access, line.reason) for one in notices for line in one.lines
        }

    async def deceased(self, name: str) -> None:
        async with self.world.harness.transaction() as uow:
            statement = text("UPDATE person SET deceased_on = current_date WHERE id = :id")
            await uow.session.execute(statement, {"id": UUID(self.people[name])})


@pytest.fixture
async def scene(world: Any, person: Any) -> Scene:
    office = await world.office()
    return await Scene(world, office, await world.dossier(office)).build(person)


async def so_far(world: Any) -> int:
    return len(await world.harness.said(NoticeIssued))


async def test_a_dossier_closed_for_reading_is_read_and_not_written_from_outside(scene: Scene) -> None:
    closed = await scene.close()

    assert closed.status_code == 200, closed.text
    assert closed.json()["closed"]["access"] == "read_only"
    assert await scene.states() == {
        "holder": "active",
        "child": "active",
        "co_holder": "offered",
        "sibling": "offered",
    }
    for who in (scene.holder, scene.child):
        assert await scene.may(who, "read") == (True, "allowed")
        assert await scene.may(who, "write") == (False, "dossier_closed")
        assert (await who.get(scene.dossier.path)).json()["closed"]["access"] == "read_only"
    assert await scene.may(scene.manager, "write") == (True, "allowed")
    (said,) = await scene.world.harness.said(DossierClosed)
    assert (str(said.dossier_id), said.access) == (scene.dossier.id, "read_only")


async def test_a5_when_outside_access_ends_the_holder_goes_on_reading(scene: Scene) -> None:
    await scene.close(END)

    assert await scene.states() == {
        "holder": "active",
        "child": "withdrawn",
        "co_holder": "offered",
        "sibling": "withdrawn",
    }
    assert await scene.said(GrantWithdrawn) == ["child", "sibling"]
    assert await scene.may(scene.holder, "read") == (True, "allowed")
    assert await scene.may(scene.holder, "write") == (False, "dossier_closed")
    assert (await scene.child.get(scene.dossier.path)).status_code == 404
    # To the holder the cover says what the holder keeps; to staff, how it was closed.
    assert (await scene.holder.get(scene.dossier.path)).json()["closed"]["access"] == "read_only"
    assert (await scene.helper.get(scene.dossier.path)).json()["closed"]["access"] == "ended"


@pytest.mark.parametrize(
    ("body", "suspended"), [(CLOSE, ["co_holder", "sibling"]), (END, ["co_holder"])], ids=["read_only", "ended"]
)
async def test_reminders_stop_for_every_offer_that_goes_on_waiting(
    scene: Scene, body: Any, suspended: list[str]
) -> None:
    await scene.close(body)

    assert await scene.said(OfferSuspended) == suspended


@pytest.mark.parametrize(("body", "child"), [(CLOSE, "read_only"), (END, "ended")], ids=["read_only", "ended"])
async def test_everybody_concerned_is_told_what_they_keep_and_staff_why(scene: Scene, body: Any, child: str) -> None:
    before = await so_far(scene.world)

    await scene.close(body)

    assert await scene.told(before) == {
        "holder": ("closed", "read_only", None),
        "child": ("closed", child, None),
        "helper": ("closed", None, "Le mandat est terminé"),
    }


async def test_i11_who_is_kept_out_and_a5_who_died_are_told_nothing(scene: Scene) -> None:
    path = f"/firms/{scene.office.firm_id}/portal-users/{scene.holder.account_id}/deactivation"
    await scene.office.administrator.post(path, {"reason": "Suspicious sign-ins"})
    scene.people["child"] = scene.dossier.child_id
    await scene.deceased("child")
    before = await so_far(scene.world)

    plan = await scene.close(query="?dry_run=true")
    await scene.close()

    assert list(await scene.told(before)) == ["helper"]
    reasons = {one["role"]: one["reason"] for one in plan.json()["skipped"]}
    assert reasons == {"holder": "deactivated", "co_holder": "no_active_access"}


async def test_it_is_journaled_with_what_outside_parties_keep(scene: Scene) -> None:
    await scene.close()
    await scene.close(END)
    await scene.reopen()

    items = (await scene.helper.get(scene.dossier.path + "/journal")).json()["items"]
    entries = [(one["action"], one["details"], one["reason"]) for one in items if one["subject_kind"] == "dossier"][:3]
    assert entries == [
        ("dossier_reopened", {"previous_access": "ended"}, "Erreur"),
        ("dossier_closed", {"access": "ended", "previous_access": "read_only"}, "Le mandat est terminé"),
        ("dossier_closed", {"access": "read_only"}, "Le mandat est terminé"),
    ]
    withdrawn = [one for one in items if one["action"] == "grant_withdrawn"]
    assert [one["reason"] for one in withdrawn] == ["Le mandat est terminé"] * 2


async def test_closing_and_reopening_twice_change_nothing(scene: Scene) -> None:
    async def trace() -> tuple[int, ...]:
        kinds = (DossierClosed, DossierReopened, OfferSuspended, OfferResumed, NoticeIssued)
        rows = await scene.world.rows("SELECT id FROM journal")
        return (*[len(await scene.world.harness.said(kind)) for kind in kinds], len(rows))

    opened = await scene.reopen()
    assert (opened.status_code, opened.json()["closed"]) == (200, None)
    first = await scene.close()
    after_closing = await trace()
    second = await scene.close()

    assert second.json() == first.json()
    assert await trace() == after_closing
    first = await scene.reopen()
    after_reopening = await trace()
    second = await scene.reopen()
    assert second.json() == first.json()
    assert await trace() == after_reopening
    assert after_reopening[:4] == (1, 1, 2, 2)


async def test_a10_what_has_ended_does_not_come_back_by_closing(scene: Scene) -> None:
    await scene.close(END)

    answer = await scene.close()

    assert (answer.status_code, answer.json()["code"]) == (409, "outside_access_ended")


async def test_reopening_gives_back_what_was_not_withdrawn(scene: Scene) -> None:
    await scene.close()
    before = await so_far(scene.world)

    reopened = await scene.reopen()

    assert (reopened.status_code, reopened.json()["closed"]) == (200, None)
    assert await scene.may(scene.holder, "write") == await scene.may(scene.child, "write") == (True, "allowed")
    assert await scene.said(OfferResumed) == ["co_holder", "sibling"]
    assert await scene.told(before) == {
        "holder": ("reopened", "read_only", None),
        "child": ("reopened", "read_only", None),
        "helper": ("reopened", None, "Erreur"),
    }


async def test_reopening_after_the_end_of_outside_access_lets_nobody_in_again(scene: Scene) -> None:
    await scene.close(END)
    await scene.reopen()

    assert (await scene.child.get(scene.dossier.path)).status_code == 404
    assert await scene.may(scene.holder, "write") == (True, "allowed")
    assert await scene.said(OfferResumed) == ["co_holder"]
    body = {"person_id": scene.dossier.child_id, "right": "read", "contact_confirmed": True}
    assert (await scene.manager.post(scene.dossier.path + "/grants", body)).status_code == 201


async def test_a5_the_offer_to_somebody_who_died_stays_suspended(scene: Scene) -> None:
    await scene.close()
    await scene.deceased("sibling")

    await scene.reopen()

    assert await scene.said(OfferResumed) == ["co_holder"]


async def test_a10_who_joins_a_closed_dossier_reads_it(scene: Scene) -> None:
    await scene.close(END)
    late = scene.world.somebody()

    await scene.world.joins(scene.grants["co_holder"], late)

    assert await scene.may(late, "read") == (True, "allowed")
    assert await scene.may(late, "write") == (False, "dossier_closed")


async def test_i12_whoever_joins_while_outside_access_ends_is_out_and_a_holder_is_in(scene: Scene) -> None:
    sibling, co_holder = scene.world.somebody(), scene.world.somebody()

    await asyncio.gather(
        scene.close(END),
        scene.world.joins(scene.grants["sibling"], sibling),
        scene.world.joins(scene.grants["co_holder"], co_holder),
    )

    states = await scene.states()
    assert (states["sibling"], states["co_holder"]) == ("withdrawn", "active")
    assert (await scene.said(GrantWithdrawn)).count("sibling") == 1
    assert (await sibling.get(scene.dossier.path)).status_code == 404


async def test_a10_nothing_is_granted_on_a_closed_dossier(scene: Scene, person: Any) -> None:
    await scene.close(END)
    body = {"person_id": scene.dossier.child_id, "right": "read", "contact_confirmed": True}

    for who in (scene.manager, scene.holder):
        answer = await who.post(scene.dossier.path + "/grants", body)

        assert (answer.status_code, answer.json()["code"], answer.json()["rule"]) == (409, "dossier_closed", "A10")


async def test_what_waits_is_not_mailed_again_while_the_dossier_is_closed(scene: Scene) -> None:
    await scene.close()
    waiting = f"{scene.dossier.path}/grants/{scene.grants['sibling']}/resend"
    opened = f"{scene.dossier.path}/grants/{scene.grants['holder']}/resend"

    assert (await scene.manager.post(waiting)).json()["code"] == "dossier_closed"
    assert (await scene.manager.post(opened)).status_code == 202


@pytest.mark.parametrize("body", [CLOSE, END], ids=["read_only", "ended"])
async def test_m3_the_dry_run_lists_the_mails_and_closes_nothing(scene: Scene, body: Any) -> None:
    before = await so_far(scene.world)

    answer = await scene.close(body, query="?dry_run=true")
    reopening = await scene.reopen(query="?dry_run=true")

    assert answer.status_code == 200, answer.text
    mails = [(one["variant"], one["recipient"]["name"]) for one in answer.json()["mails"]]
    assert [variant for variant, _ in mails].count("person_notice") == 3
    assert [variant for variant, _ in mails].count("holder_notice") == (1 if body is END else 0)
    assert {one["role"]: one["reason"] for one in answer.json()["skipped"]} == {"co_holder": "no_active_access"}
    assert (reopening.json()["mails"], await so_far(scene.world)) == ([], before)
    assert (await scene.holder.get(scene.dossier.path)).json()["closed"] is None


async def test_lists_show_that_it_is_closed(scene: Scene) -> None:
    await scene.close(END)
    firm = f"/firms/{scene.office.firm_id}/dossiers"

    lines = [(await who.get(firm)).json()["items"] for who in (scene.manager, scene.office.administrator)]
    own = [(await who.get("/my/dossiers")).json()["items"] for who in (scene.holder, scene.helper, scene.child)]

    assert [line["closed"]["access"] for items in lines for line in items] == ["ended", "ended"]
    assert [[one["closed"]["access"] for one in items] for items in own] == [["read_only"], ["ended"], []]


async def test_a1_only_the_manager_closes_and_reopens(scene: Scene) -> None:
    other = await scene.world.office("Cabinet Autre")
    refused = (scene.helper, scene.office.administrator, scene.holder, scene.child)

    for call in (scene.close, scene.reopen):
        answers = [await call(who=who) for who in refused]
        strangers = [await call(who=who) for who in (other.accountant, scene.world.somebody())]

        assert [(one.status_code, one.json()["rule"]) for one in answers] == [(403, "A1")] * 4
        assert [(one.status_code, one.json()["rule"]) for one in strangers] == [(404, "A13")] * 2


WRONG: list[tuple[Any, str]] = [
    ({"reason": "x"}, "access"),
    ({"access": "open", "reason": "x"}, "access"),
    ({"access": "ended"}, "reason"),
    ({"access": "ended", "reason": "  "}, "reason"),
    ({"access": "ended", "reason": "x" * 2001}, "reason"),
    ({"access": "ended", "reason": "x", "at": "2026-01-01"}, "at"),
]


async def test_bad_input_names_its_field(scene: Scene) -> None:
    answers = [await scene.close(body) for body, _ in WRONG]

    assert {one.status_code for one in answers} == {422}
    assert [one.json()["errors"][0]["field"] for one in answers] == [field for _, field in WRONG]
