"""A holder lets in his own family (A2): never above his right, nobody else, and only what holders gave is his again."""

from typing import Any
from uuid import UUID

import pytest
from event_contracts.dossier import GrantMoved, GrantOffered, GrantWithdrawn
from event_contracts.firms import NoticeIssued
from event_contracts.identity import AccountErased
from service_kit.ids import new_id


class Family:
    """A dossier with a holder who writes, a co-holder who reads, two children and an adviser."""

    def __init__(self, world: Any, office: Any, dossier: Any) -> None:
        self.world, self.office, self.dossier, self.manager = world, office, dossier, office.accountant
        self.path, self.child_id = dossier.path, dossier.child_id

    async def prepare(self, person: Any) -> None:
        world, office, dossier = self.world, self.office, self.dossier
        spouse = person(given_name="Paul", role="co_holder", relationship="spouse")
        self.co_holder_id = (await self.manager.made(self.path + "/people", spouse))["id"]
        self.holder, self.holder_grant = await world.granted(office, dossier, dossier.holder_id)
        self.co_holder, self.co_holder_grant = await world.granted(office, dossier, self.co_holder_id, "read")
        second = person(given_name="Zoé", relationship="child")
        self.second_id = (await self.manager.made(self.path + "/people", second))["id"]
        adviser = {"kind": "banker", "given_name": "Bo", "family_name": "Banque"}
        reached = {"email": f"{new_id()}@bank.example", "phone": "+32470777777"}
        self.adviser_id = (await self.manager.made(self.path + "/advisers", {**adviser, **reached}))["id"]

    async def grants(self, who: Any, person_id: str, right: str = "read", **changes: Any) -> Any:
        body = {"person_id": person_id, "right": right, "contact_confirmed": True, **changes}
        return await who.post(self.path + "/grants", body)

    async def granted(self, who: Any, person_id: str, right: str = "read") -> str:
        answer = await self.grants(who, person_id, right)
        assert answer.status_code == 201, answer.text
        return f"{self.path}/grants/{answer.json()['id']}"

    async def shown(self, person_id: str) -> dict[str, Any]:
        """The grant of somebody of the tree, as the manager sees it."""
        people = (await self.manager.get(self.path + "/rights")).json()["people"]
        (grant,) = [one["grant"] for one in people if one["id"] == person_id]
        return dict(grant)

    async def told(self, since: int) -> list[tuple[str, str, str | None]]:
        """Audience, kind of news and by whom, of the notices since then."""
        notices = (await self.world.harness.said(NoticeIssued))[since:]
        return sorted((one.audience, line.kind, line.by) for one in notices for line in one.lines)


@pytest.fixture
async def family(world: Any, person: Any) -> Family:
    office = await world.office()
    family = Family(world, office, await world.dossier(office))
    await family.prepare(person)
    return family


def refusals(answers: list[Any]) -> list[tuple[int, str, str]]:
    return [(answer.status_code, answer.json()["rule"], answer.json()["code"]) for answer in answers]


async def so_far(world: Any) -> int:
    return len(await world.harness.said(NoticeIssued))


async def test_a2_a_holder_lets_in_a_child_and_the_others_hear_of_it(world: Any, family: Family) -> None:
    before = await so_far(world)

    plan = await family.holder.post(
        family.path + "/grants?dry_run=true",
        {"person_id": family.child_id, "right": "write", "contact_confirmed": True},
    )
    path = await family.granted(family.holder, family.child_id, "write")

    assert [one["variant"] for one in plan.json()["mails"]] == [
        "invitation",
        "notice",
        "holder_notice",
        "manager_notice",
    ]
    offered = (await world.harness.said(GrantOffered))[-1]
    assert (offered.granted_by, offered.role, offered.right) == ("Léa Dupont", "family", "write")
    assert await family.told(before) == [("holder", "offered", "Léa Dupont"), ("manager", "offered", "Léa Dupont")]
    shown = await family.shown(family.child_id)
    assert (shown["given_by_kind"], shown["given_by"], shown["given_by_name"]) == (
        "holder",
        family.dossier.holder_id,
        "Léa Dupont",
    )
    entry = (await family.manager.get(family.path + "/journal")).json()["items"][0]
    assert (entry["action"], entry["rule"], entry["details"]["given_by"]) == ("grant_offered", "A2", "holder")
    child = world.somebody()
    await world.joins(path.rsplit("/", 1)[1], child)
    why = (
        await child.post("/decisions", {"dossier_id": family.dossier.id, "section": "reports", "action": "read"})
    ).json()
    assert (why["allowed"], why["why"]["given_by_name"]) == (True, "Léa Dupont")


async def test_a2_whom_a_holder_cannot_let_in(world: Any, family: Family, person: Any) -> None:
    other = await world.dossier(family.office)
    second, _ = await world.granted(family.office, family.dossier, family.second_id, "write")
    by_family = {"given_name": "Tom", "family_name": "Dupont", "relationship": "child", "related_to": family.second_id}
    grandchild = (await second.made(family.path + "/people", by_family))["id"]
    reached = {"email": f"{new_id()}@example.com", "phone": "+32470888888"}

    refused = [
        await family.grants(family.holder, family.adviser_id),
        await family.grants(family.holder, family.co_holder_id),
        await family.grants(family.holder, family.dossier.holder_id),
        await family.grants(family.holder, grandchild, **reached),
    ]
    outside = [
        await family.grants(family.holder, other.child_id),
        await family.grants(family.holder, str(new_id())),
        await family.holder.post(
            other.path + "/grants", {"person_id": other.child_id, "right": "read", "contact_confirmed": True}
        ),
    ]
    by_manager = await family.grants(family.manager, grandchild, **reached)

    family_only = (403, "A2", "family_only")
    assert refusals(refused) == [family_only, family_only, family_only, (403, "A2", "entered_by_others")]
    assert refusals(outside) == [(404, "A13", "not_found")] * 3
    assert by_manager.status_code == 201


async def test_a2_nobody_passes_on_more_than_they_have_now_or_later(world: Any, family: Family) -> None:
    above = await family.grants(family.co_holder, family.child_id, "write")
    path = await family.granted(family.co_holder, family.child_id, "read")
    raised = await family.co_holder.call("PATCH", path, {"right": "write"}, If_Match="*")
    by_holder = await family.holder.call("PATCH", path, {"right": "write"}, If_Match="*")
    lowered = await family.co_holder.call("PATCH", path, {"right": "read"}, If_Match="*")

    assert refusals([above, raised]) == [(403, "A2", "above_own_right")] * 2
    assert [(answer.status_code, answer.json()["right"]) for answer in (by_holder, lowered)] == [
        (200, "write"),
        (200, "read"),
    ]
    changes = await world.rows("SELECT rule FROM journal WHERE action = 'grant_changed'")
    assert [row["rule"] for row in changes] == ["A2", "A2"]


async def test_a1_a3_nobody_grants_to_themselves_or_unchecked(world: Any, family: Family, person: Any) -> None:
    (holder,) = [
        one["email"]
        for one in (await family.manager.get(family.path + "/rights")).json()["people"]
        if one["id"] == family.dossier.holder_id
    ]
    (manager,) = await world.rows(
        "SELECT email FROM membership WHERE account_id = :account", account=family.manager.account_id
    )

    oneself = [
        await family.grants(family.holder, family.child_id, email=holder.upper()),
        await family.grants(family.manager, family.child_id, email=manager["email"]),
    ]
    unchecked = await family.grants(family.holder, family.child_id, contact_confirmed=False)
    unreached = await family.grants(family.holder, family.child_id, phone="")

    assert refusals(oneself) == [(409, "A1", "grant_to_oneself")] * 2
    assert [error["field"] for error in unchecked.json()["errors"]] == ["contact_confirmed"]
    assert [error["field"] for error in unreached.json()["errors"]] == ["phone"]


async def test_a2_holders_change_send_again_and_take_back_what_holders_gave(world: Any, family: Family) -> None:
    path = await family.granted(family.holder, family.child_id)
    before = await so_far(world)

    changed = await family.holder.call("PATCH", path, {"right": "write"}, If_Match="*")
    sent = await family.co_holder.post(path + "/resend")
    withdrawn = await family.co_holder.post(path + "/withdraw")

    assert [answer.status_code for answer in (changed, sent, withdrawn)] == [200, 202, 200]
    assert await family.told(before) == [
        ("holder", "changed", "Léa Dupont"),
        ("holder", "withdrawn", "Paul Dupont"),
        ("manager", "changed", "Léa Dupont"),
        ("manager", "withdrawn", "Paul Dupont"),
    ]
    entry = (await family.manager.get(family.path + "/journal")).json()["items"][0]
    assert (entry["action"], entry["rule"]) == ("grant_withdrawn", "A2")


async def test_a2_what_the_manager_gave_and_another_holders_access_are_not_a_holders(
    world: Any, family: Family
) -> None:
    by_manager = await family.granted(family.manager, family.child_id, "write")
    to_adviser = await family.granted(family.manager, family.adviser_id)
    of_holders = [f"{family.path}/grants/{grant['id']}" for grant in (family.co_holder_grant, family.holder_grant)]

    def tries(path: str) -> list[Any]:
        return [
            family.holder.call("PATCH", path, {"right": "read"}, If_Match="*"),
            family.holder.post(path + "/resend"),
            family.holder.post(path + "/withdraw"),
            family.holder.post(path + "/withdraw?dry_run=true"),
        ]

    for path, code in ((by_manager, "given_by_manager"), (to_adviser, "family_only")):
        assert refusals([await answer for answer in tries(path)]) == [(403, "A2", code)] * 4
    for path in of_holders:
        assert refusals([await answer for answer in tries(path)]) == [(403, "A2", "family_only")] * 4
    assert await world.harness.said(GrantWithdrawn) == []


@pytest.mark.parametrize("how", ["leaves", "is erased", "dies"])
async def test_a2_what_a_holder_gave_stands_when_the_tree_loses_him(world: Any, family: Family, how: str) -> None:
    """They are the manager's and the remaining holders' to change from then on."""
    path = await family.granted(family.holder, family.child_id)
    child = world.somebody()
    await world.joins(path.rsplit("/", 1)[1], child)
    other = await family.granted(family.holder, family.second_id)
    person = f"{family.path}/people/{family.dossier.holder_id}"

    if how == "dies":
        answer = await family.manager.call("PUT", person + "/death", {"deceased_on": "2026-11-01"})
        assert answer.status_code == 200, answer.text
    else:
        if how == "leaves":
            await family.holder.post(f"/my{family.path}/leave")
        else:
            await world.told(AccountErased(account_id=family.holder.account_id))
        assert (await family.manager.call("DELETE", person)).status_code == 204

    shown = await family.shown(family.child_id)
    assert (shown["state"], shown["given_by_kind"], shown["given_by_name"]) == ("active", "holder", "Léa Dupont")
    assert (await child.get(family.path)).status_code == 200
    assert (await family.holder.post(path + "/withdraw")).status_code in {403, 404}
    by_manager = await family.manager.call("PATCH", path, {"right": "write"}, If_Match="*")
    by_the_other = [await family.co_holder.post(one + "/withdraw") for one in (path, other)]
    assert [answer.status_code for answer in (by_manager, *by_the_other)] == [200, 200, 200]
    assert (await child.get(family.path)).status_code == 404


async def test_a2_i9_an_offer_whose_address_the_manager_corrects_stays_a_holders(world: Any, family: Family) -> None:
    await family.granted(family.holder, family.child_id)
    correction = {"email": "right@example.com", "contact_confirmed": True}
    child = f"{family.path}/people/{family.child_id}"

    by_holder = await family.holder.call("PATCH", child, correction, If_Match="*")
    by_manager = await family.manager.call("PATCH", child, correction, If_Match="*")

    assert refusals([by_holder])[0][:2] == (403, "A7")
    assert by_manager.status_code == 200
    (moved,) = await world.harness.said(GrantMoved)
    assert moved.granted_by == "Léa Dupont"
    withdrawn = await family.co_holder.post(f"{family.path}/grants/{moved.grant_id}/withdraw")
    assert withdrawn.status_code == 200


async def test_i11_a_deactivated_holder_lets_nobody_in(family: Family) -> None:
    path = await family.granted(family.holder, family.child_id)
    portal_user = f"/firms/{family.office.firm_id}/portal-users/{family.holder.account_id}/deactivation"
    assert (await family.office.administrator.post(portal_user, {"reason": "x"})).status_code < 300

    answers = [await family.grants(family.holder, family.second_id), await family.holder.post(path + "/withdraw")]

    assert refusals(answers) == [(404, "A13", "not_found")] * 2


async def test_a2_on_a_closed_dossier_a_holder_grants_changes_and_takes_back_nothing(
    world: Any, family: Family
) -> None:
    path = await family.granted(family.holder, family.child_id)
    closing = {"access": "read_only", "reason": "Settled"}
    closed = await family.manager.post(family.path + "/close", closing)
    assert closed.status_code == 200, closed.text

    answers = [
        await family.grants(family.holder, family.second_id),
        await family.holder.call("PATCH", path, {"right": "write"}, If_Match="*"),
        await family.holder.post(path + "/withdraw"),
    ]
    unsent = await family.manager.post(path + "/resend")

    assert [refusal[::2] for refusal in refusals(answers)] == [(409, "dossier_closed")] * 3
    assert refusals([unsent]) == [(409, "A10", "dossier_closed")]
    assert (await family.shown(family.child_id))["suspended"] == "dossier_closed"
    assert (await family.manager.post(path + "/withdraw")).status_code == 200


async def test_i1_the_limit_of_new_addresses_counts_each_holder(world: Any, family: Family) -> None:
    answers = []
    for number in range(21):
        answer = await family.grants(family.holder, family.child_id, email=f"child{number}@example.com")
        answers.append(answer.status_code)
        grant_id = answer.json().get("id", str(new_id()))
        await family.holder.post(f"{family.path}/grants/{grant_id}/withdraw")

    assert answers == [*[201] * 20, 429]
    assert (await family.grants(family.co_holder, family.child_id, email="another@example.com")).status_code == 201
    given = await world.rows(
        "SELECT count(*) AS n FROM access_grant WHERE given_by_person = :person", person=UUID(family.dossier.holder_id)
    )
    assert given[0]["n"] == 20
