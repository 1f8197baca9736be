"""Publishing a plan: the summary first, chosen people whose addresses are confirmed, told once (P2, M3, M5)."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from event_contracts.firms import NoticeIssued
from event_contracts.notifier import MessageFailed, MessageRef
from event_contracts.plans import PlanPublished
from service_kit.ids import new_id

TABLES = ("plan_publication", "plan_recipient", "journal", "outbox", "idempotency_key")


async def everything(planning: Any) -> list[Any]:
    return [await planning.world.rows(f"SELECT t::text FROM {table} t ORDER BY 1") for table in TABLES]


async def published_events(planning: Any) -> list[Any]:
    said: list[Any] = await planning.world.harness.said(PlanPublished)
    return said


async def test_p2_who_has_joined_is_told_and_who_has_not_reads_it_on_joining(world: Any, planning: Any) -> None:
    plan, waiting = await planning.plan(), await planning.offered()
    made = await planning.published(plan, planning.holder_grant, waiting, custom_text="À lundi")
    (said,) = await published_events(planning)
    child = world.somebody()
    before = await child.get(planning.path(plan))
    await world.joins(waiting, child)
    after = await child.get(planning.path(plan))

    told = {one["grant_id"]: one["told"] for one in made["recipients"]}
    assert told == {planning.holder_grant: True, waiting: False}
    assert (made["version"], made["published_by"], made["had_it_before"]) == (1, "Marc Manager", [])
    assert (before.status_code, after.status_code, after.json()["version"]) == (404, 200, 1)
    recipients = [(str(one.grant_id), one.account_id) for one in said.recipients]
    assert recipients == [(planning.holder_grant, planning.holder.account_id)]
    assert (str(said.publication_id), said.version, said.title) == (made["id"], 1, "Pension")
    assert (said.published_by, said.custom_text, said.dossier_name) == ("Marc Manager", "À lundi", "Léa Dupont")
    (fact,) = await planning.journal("plan_published")
    assert fact["rule"] == "P2"
    assert set(fact["details"]["grants"].split(",")) == {planning.holder_grant, waiting}
    assert "@" not in str(fact)


async def test_i9_what_was_published_to_a_wrong_address_is_there_under_the_right_one(world: Any, planning: Any) -> None:
    plan, wrong = await planning.plan(), await planning.offered()
    await planning.published(plan, wrong)
    correction = {"email": "right@example.com", "contact_confirmed": True}
    path = f"{planning.dossier.path}/people/{planning.dossier.child_id}"
    moved = await planning.manager.call("PATCH", path, correction, If_Match="*")
    (row,) = await world.rows("SELECT id FROM access_grant WHERE state = 'offered'")
    child = world.somebody()
    await world.joins(row["id"], child)

    assert moved.status_code == 200, moved.text
    assert str(row["id"]) != wrong
    assert (await child.get(planning.path(plan))).status_code == 200


async def test_m3_the_summary_says_who_is_told_and_who_is_not_and_writes_nothing(planning: Any) -> None:
    plan, waiting = await planning.plan(), await planning.offered()
    co_holder = await planning.manager.made(
        planning.dossier.path + "/people",
        {"given_name": "Luc", "family_name": "Petit", "role": "co_holder", "email": "luc@example.com"}
        | {"phone": "+32470123457", "language": "nl"},
    )
    _, luc = await planning.let_in(co_holder["id"])
    await planning.published(plan)
    before = await everything(planning)

    answer = await planning.publish(plan, planning.holder_grant, waiting, luc, query="?dry_run=true", custom_text="Oui")

    assert answer.status_code == 200, answer.text
    assert await everything(planning) == before
    (mail,) = answer.json()["mails"]
    assert (mail["variant"], mail["recipient"]) == (
        "plan_published",
        {"name": "Luc Petit", "email": None, "language": "nl"},
    )
    preview = mail["preview"]
    assert (preview["template"], preview["language"], preview["firm_id"]) == (
        "plan_published",
        "nl",
        str(planning.office.firm_id),
    )
    values = preview["parameters"]
    assert (values["form"], values["plan_title"], values["version"], values["custom_text"]) == (
        "plan",
        "Pension",
        1,
        "Oui",
    )
    reasons = {(one["role"], one["reason"]) for one in answer.json()["skipped"]}
    assert reasons == {("family", "not_joined"), ("holder", "had_it_before")}


async def test_p2_nobody_is_told_twice_unless_asked(planning: Any) -> None:
    plan = await planning.plan()
    _, grant = await planning.let_in()
    first = await planning.published(plan)
    before = await everything(planning)

    repeated = await planning.publish(plan)
    unchanged = await everything(planning) == before
    both = await planning.published(plan, planning.holder_grant, grant)
    again = await planning.published(plan, again=True)
    second = await planning.written(plan, {"n": 2})
    newest = await planning.published(plan)

    assert (repeated.status_code, repeated.json()["id"], unchanged) == (200, first["id"], True)
    assert repeated.json()["had_it_before"] == [planning.holder_grant]
    assert ([one["grant_id"] for one in both["recipients"]], both["had_it_before"]) == (
        [grant],
        [planning.holder_grant],
    )
    assert [one["grant_id"] for one in again["recipients"]] == [planning.holder_grant]
    assert newest["version"] == second["version"]
    told = [[str(one.grant_id) for one in said.recipients] for said in await published_events(planning)]
    assert told == [[planning.holder_grant], [grant], [planning.holder_grant], [planning.holder_grant]]
    listed = (await planning.manager.get(planning.path(plan, "/publications"))).json()["items"]
    assert [one["version"] for one in listed] == [2, 1, 1, 1]
    assert listed[-1]["recipients"] == first["recipients"]


async def test_p2_fifty_equal_requests_publish_once(planning: Any) -> None:
    plan = await planning.plan()

    answers = await asyncio.gather(*(planning.publish(plan) for _ in range(10)))

    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]
    assert len(await published_events(planning)) == 1


async def test_p2_nobody_and_somebody_twice_are_refused(planning: Any, fields: Any) -> None:
    plan = await planning.plan()
    path, chosen = planning.path(plan, "/publications"), await planning.chosen(planning.holder_grant)

    nobody = await planning.manager.post(path, {"recipients": []})
    missing = await planning.manager.post(path, {})
    twice = await planning.manager.post(path, {"recipients": chosen * 2})
    crowd = await planning.manager.post(path, {"recipients": chosen * 101})

    assert (nobody.status_code, nobody.json()["rule"], fields(nobody)) == (422, "P2", [("recipients", "nobody_chosen")])
    assert (missing.status_code, fields(missing)) == (422, [("recipients", "missing")])
    assert (twice.status_code, fields(twice)) == (422, [("recipients.1.grant_id", "chosen_twice")])
    assert (crowd.status_code, fields(crowd)) == (422, [("recipients", "too_long")])


async def test_p2_an_address_that_is_not_the_firms_is_refused_and_the_firms_named(planning: Any, fields: Any) -> None:
    plan, known = await planning.plan(), await planning.email_of(planning.holder_grant)
    path = planning.path(plan, "/publications")

    for email in ("somebody@example.com", "no address", ""):
        body = {"recipients": [{"grant_id": planning.holder_grant, "email": email}]}
        for query in ("", "?dry_run=true"):
            answer = await planning.manager.post(path + query, body)
            assert (answer.status_code, answer.json()["rule"]) == (409, "P2")
            assert fields(answer) == [("recipients.0.email", "address_differs")]
            assert known in answer.json()["detail"]
    spelled = {"recipients": [{"grant_id": planning.holder_grant, "email": f"  {known.upper()} "}]}
    assert (await planning.manager.post(path, spelled)).status_code == 201


async def withdrawn(planning: Any, child: Any, grant: str) -> None:
    await planning.manager.post(f"{planning.dossier.path}/grants/{grant}/withdraw")


async def deactivated(planning: Any, child: Any, grant: str) -> None:
    path = f"/firms/{planning.office.firm_id}/portal-users/{child.account_id}/deactivation"
    await planning.office.administrator.post(path, {"reason": "Suspicious sign-ins"})


async def deceased(planning: Any, child: Any, grant: str) -> None:
    path = f"{planning.dossier.path}/people/{planning.dossier.child_id}/death"
    await planning.manager.call("PUT", path, {"deceased_on": str(date(2026, 1, 2))})


async def undeliverable(planning: Any, child: Any, grant: str) -> None:
    message = MessageRef(message_id=new_id(), template="access_notice", channel="email", offer_ids=(UUID(grant),))
    await planning.world.told(MessageFailed(message=message, reason="no such mailbox", permanent=True))


async def closed(planning: Any, child: Any, grant: str) -> None:
    body = {"access": "read_only", "reason": "Mission ended"}
    await planning.manager.post(planning.dossier.path + "/close", body)


STOPPED: list[tuple[Any, str, str]] = [
    (withdrawn, "grant_ended", "P2"),
    (deactivated, "portal_user_deactivated", "I11"),
    (deceased, "person_deceased", "A5"),
    (undeliverable, "address_undeliverable", "M5"),
    (closed, "dossier_closed", "P2"),
]


@pytest.mark.parametrize(("happens", "code", "rule"), STOPPED, ids=[row[1] for row in STOPPED])
async def test_p2_who_cannot_be_reached_is_not_published_to(
    planning: Any, refusal: Any, happens: Any, code: str, rule: str
) -> None:
    plan = await planning.plan()
    child, grant = await planning.let_in()
    await happens(planning, child, grant)
    before = await everything(planning)

    answers = [
        await planning.publish(plan, planning.holder_grant, grant, query=query) for query in ("", "?dry_run=true")
    ]

    assert [refusal(answer) for answer in answers] == [(409, code, rule)] * 2
    assert await everything(planning) == before
    assert refusal(await planning.holder.get(planning.path(plan))) == (404, "not_found", "A13")


async def test_a13_a_grant_of_another_dossier_is_unknown(world: Any, planning: Any, refusal: Any, fields: Any) -> None:
    plan = await planning.plan()
    other = await world.dossier(planning.office)
    _, elsewhere = await world.granted(planning.office, other, other.child_id)
    chosen = await planning.chosen(planning.holder_grant, elsewhere["id"])
    unknown = [chosen[0], {"grant_id": str(new_id()), "email": "a@example.com"}]

    answers = [
        await planning.manager.post(planning.path(plan, "/publications"), {"recipients": one})
        for one in (chosen, unknown)
    ]

    assert [refusal(answer) for answer in answers] == [(404, "not_found", "A13")] * 2
    assert [fields(answer) for answer in answers] == [[("recipients.1.grant_id", "not_found")]] * 2
    missing = await planning.publish(plan, version=2)
    assert refusal(missing) == (404, "not_found", "A13")


async def test_a7_the_team_publishes_and_an_administrator_outside_it_does_not(
    world: Any, planning: Any, refusal: Any
) -> None:
    plan = await planning.plan()
    colleague, membership = await world.colleague(planning.office.firm_id, planning.office.administrator)
    body = {"recipients": await planning.chosen(planning.holder_grant)}
    path = planning.path(plan, "/publications")

    stranger = await colleague.post(path, body)
    await planning.manager.call("PUT", f"{planning.dossier.path}/team/{membership}")
    member = await colleague.post(path, body)
    administrator = await planning.office.administrator.post(path, body)

    assert refusal(stranger) == (404, "not_found", "A13")
    assert member.status_code == 201, member.text
    assert refusal(administrator) == (403, "not_in_team", "A14")


class TestContacts:
    """A client company's contact who is limited to a branch (A9)."""

    @pytest.fixture
    async def contact(self, world: Any, planning: Any, person: Any) -> dict[str, Any]:
        firm, manager = f"/firms/{planning.office.firm_id}", planning.manager
        administrator = planning.office.administrator
        branches = [await administrator.made(firm + "/branches", {"name": name}) for name in ("Namur", "Mons")]
        company = {**person(), "kind": "company", "company_name": "Hervé David", "code": "8005551"}
        client = await manager.made(firm + "/clients", company)
        dossier = await manager.made(firm + "/dossiers", {"client_id": client["id"]})
        planning.section = f"/dossiers/{dossier['id']}/sections/plans"
        contacts = f"{firm}/clients/{client['id']}/contacts"
        email = {"name": "Mireille Couture", "email": "mireille@example.com"}
        made = await manager.made(contacts, email)
        access = f"/dossiers/{dossier['id']}/contacts/{made['id']}/access"
        given = await manager.made(access, {"contact_confirmed": True, "branch_id": branches[0]["id"]})
        mireille = world.somebody()
        await world.joins(given["grant"]["id"], mireille)
        return {"branches": branches, "grant": given["grant"]["id"], "account": mireille, "access": access}

    async def test_a9_reads_the_plans_of_that_branch_only(self, planning: Any, contact: Any, refusal: Any) -> None:
        namur, mons = (branch["id"] for branch in contact["branches"])
        mireille, plans = contact["account"], {}
        for branch in (namur, mons, None):
            plans[branch] = await planning.plan(branch_id=branch)
        answers = {branch: await planning.publish(plan, contact["grant"]) for branch, plan in plans.items()}

        assert answers[namur].status_code == 201
        assert {refusal(answers[branch]) for branch in (mons, None)} == {(409, "other_branch", "A9")}
        assert [one["id"] for one in (await mireille.get(planning.section)).json()["items"]] == [plans[namur]]

        limited = await planning.manager.call("PATCH", contact["access"], {"branch_id": mons}, If_Match="*")
        assert limited.status_code == 200, limited.text
        assert (await mireille.get(planning.section)).json()["items"] == []
        assert refusal(await mireille.get(planning.path(plans[namur]))) == (404, "not_found", "A13")

    async def test_a7_submits_a_change_with_write(self, planning: Any, contact: Any) -> None:
        plan = await planning.plan(branch_id=contact["branches"][0]["id"])
        await planning.published(plan, contact["grant"])

        change = await planning.submitted(contact["account"], plan, {"retirement": {"age": 60}})

        shown = (await planning.manager.get(change)).json()
        assert (shown["submitted_by"]["name"], shown["submitted_by"]["role"]) == ("Mireille Couture", "client")

    async def test_a9_of_a_plan_they_read_no_more_nothing_is_told(self, planning: Any, contact: Any) -> None:
        namur, mons = (branch["id"] for branch in contact["branches"])
        plan = await planning.plan(branch_id=namur)
        await planning.published(plan, contact["grant"])
        change = await planning.submitted(contact["account"], plan, {"retirement": {"age": 60}})
        await planning.manager.call("PATCH", contact["access"], {"branch_id": mons}, If_Match="*")

        settled = await planning.manager.post(change + "/reject", {"reason": "No"})

        assert settled.json()["state"] == "rejected"
        kinds = {line.kind for said in await planning.world.harness.said(NoticeIssued) for line in said.lines}
        assert "change_rejected" not in kinds
        assert "change_submitted" in kinds
