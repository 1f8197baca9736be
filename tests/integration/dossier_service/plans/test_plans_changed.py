"""A client's change to a plan: submitted, shown in words, applied as the next version or rejected with words (P3)."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from event_contracts.firms import NoticeIssued
from event_contracts.plans import PlanChangeApplied, PlanChangeRejected, PlanChangeSubmitted
from service_kit.ids import new_id
from sqlalchemy import text

LATER = {"retirement": {"age": 67}}


@pytest.fixture
async def plan(planning: Any) -> str:
    """A plan that was published to the holder."""
    made: str = await planning.plan()
    await planning.published(made)
    return made


async def notices(planning: Any, kind: str) -> list[tuple[Any, Any]]:
    """Whom it was told, and the line that told it."""
    said = await planning.world.harness.said(NoticeIssued)
    return [(one.account_id, line) for one in said for line in one.lines if line.kind == kind]


async def test_p3_a_change_is_submitted_shown_in_words_and_told_to_the_manager(planning: Any, plan: str) -> None:
    body = {"base_version": 1, "merge_patch": LATER, "comment": "Could we?"}
    made = await planning.holder.made(planning.path(plan, "/changes"), body)
    shown = (await planning.manager.get(planning.path(plan, f"/changes/{made['id']}"))).json()
    (listed,) = (await planning.manager.get(planning.path(plan, "/changes?state=submitted"))).json()["items"]
    (said,) = await planning.world.harness.said(PlanChangeSubmitted)
    ((who, line),) = await notices(planning, "change_submitted")

    assert shown["difference"] == [
        {"path": "/retirement/age", "label": "retirement › age", "kind": "changed", "before": 65, "after": 67}
    ]
    assert (shown["state"], shown["comment"], shown["submitted_by"]["name"]) == ("submitted", "Could we?", "Léa Dupont")
    assert (shown["newest_version"], shown["plan_etag"], shown["clashes"]) == (1, '"1"', [])
    assert (made["newest_version"], made["plan_etag"], made["clashes"]) == (None, None, None)
    assert (listed["id"], listed["base_version"]) == (made["id"], 1)
    assert (str(said.change_id), said.base_version, said.account_id) == (made["id"], 1, planning.holder.account_id)
    assert (who, line.person_name, line.plan_title) == (planning.manager.account_id, "Léa Dupont", "Pension")
    (item,) = (await planning.manager.get(planning.section)).json()["items"]
    assert item["waiting_changes"] == 1


async def test_p3_the_manager_applies_it_in_one_step_as_the_next_version(
    planning: Any, plan: str, content: Any
) -> None:
    change = await planning.submitted(planning.holder, plan, LATER)
    shown = (await planning.manager.get(change)).json()
    applied = await planning.manager.call("POST", change + "/apply", If_Match=shown["plan_etag"])
    again = await planning.manager.call("POST", change + "/apply", If_Match=shown["plan_etag"])
    newest = (await planning.manager.get(planning.path(plan))).json()
    (said,) = await planning.world.harness.said(PlanChangeApplied)
    ((who, line),) = await notices(planning, "change_applied")

    assert (applied.json()["state"], applied.json()["applied_version"]) == ("applied", 2)
    assert applied.json()["settled_by"] == "Marc Manager"
    assert again.json() == applied.json()
    assert (newest["version"], newest["change_id"]) == (2, shown["id"])
    assert newest["content"] == {**content, "retirement": {"age": 67, "monthlySavings": 400}}
    assert (str(said.change_id), said.version, said.base_version) == (shown["id"], 2, 1)
    assert (who, line.plan_title, line.by) == (planning.holder.account_id, "Pension", "Marc Manager")
    own = (await planning.holder.get(change)).json()
    assert (own["state"], own["applied_version"], own["newest_version"]) == ("applied", 2, None)
    assert (await planning.holder.get(planning.path(plan))).json()["version"] == 1
    (fact,) = await planning.journal("plan_change_applied")
    assert (fact["rule"], fact["details"]["version"], fact["details"]["change"]) == ("P3", "2", shown["id"])


async def test_p3_a_json_patch_does_the_same(planning: Any, plan: str) -> None:
    patch = [
        {"op": "test", "path": "/retirement/age", "value": 65},
        {"op": "add", "path": "/goals/-", "value": None},
        {"op": "move", "from": "/retirement/monthlySavings", "path": "/savings"},
    ]
    change = await planning.submitted(planning.holder, plan, patch, kind="json_patch")

    applied = await planning.manager.call("POST", change + "/apply", If_Match='"1"')

    assert applied.status_code == 200, applied.text
    assert applied.json()["patch"] == patch
    assert (await planning.manager.get(planning.path(plan))).json()["content"] == {
        "retirement": {"age": 65},
        "goals": ["house", "boat", None],
        "savings": 400,
    }


async def test_p3_the_manager_rejects_it_with_a_reason_that_the_client_reads(
    planning: Any, plan: str, refusal: Any, fields: Any
) -> None:
    change = await planning.submitted(planning.holder, plan, LATER)
    wordless = [await planning.manager.post(change + "/reject", body) for body in ({}, {"reason": " "}, None)]
    rejected = await planning.manager.post(change + "/reject", {"reason": "The law changed"})
    again = await planning.manager.post(change + "/reject", {"reason": "Another reason"})
    late = await planning.manager.call("POST", change + "/apply", If_Match="*")
    own = (await planning.holder.get(change)).json()
    ((who, line),) = await notices(planning, "change_rejected")

    assert {answer.status_code for answer in wordless} == {422}
    assert fields(wordless[0]) == [("reason", "missing")]
    assert (rejected.json()["state"], again.json()) == ("rejected", rejected.json())
    assert refusal(late) == (409, "change_settled", "P3")
    assert (own["state"], own["reason"]) == ("rejected", "The law changed")
    assert (who, line.reason) == (planning.holder.account_id, "The law changed")
    assert len(await planning.world.harness.said(PlanChangeRejected)) == 1
    assert (await planning.manager.get(planning.path(plan))).json()["version"] == 1


async def test_p3_who_submitted_it_takes_it_back_and_nobody_else(planning: Any, plan: str, refusal: Any) -> None:
    child, grant = await planning.let_in()
    await planning.published(plan, grant)
    change = await planning.submitted(planning.holder, plan, LATER)

    by_manager = await planning.manager.post(change + "/withdraw")
    by_child = await child.post(change + "/withdraw")
    own = await planning.holder.post(change + "/withdraw")
    again = await planning.holder.post(change + "/withdraw")
    late = await planning.manager.post(change + "/reject", {"reason": "Too late"})

    assert refusal(by_manager) == (403, "not_submitter", "P3")
    assert refusal(by_child) == (404, "not_found", "A13")
    assert (own.json()["state"], again.json()) == ("withdrawn", own.json())
    assert refusal(late) == (409, "change_settled", "P3")


async def test_p3_a_change_is_applied_onto_a_plan_that_moved_on_elsewhere(
    planning: Any, plan: str, content: Any
) -> None:
    change = await planning.submitted(planning.holder, plan, LATER)
    await planning.written(plan, {**content, "goals": ["house"]}, title="Pension II")
    shown = (await planning.manager.get(change)).json()
    stale = await planning.manager.call("POST", change + "/apply", If_Match='"1"')
    blind = await planning.manager.post(change + "/apply")
    applied = await planning.manager.call("POST", change + "/apply", If_Match=shown["plan_etag"])
    newest = (await planning.manager.get(planning.path(plan))).json()

    assert (shown["newest_version"], shown["clashes"]) == (2, [])
    assert (stale.status_code, blind.status_code, applied.status_code) == (412, 428, 200)
    assert (newest["version"], newest["title"]) == (3, "Pension II")
    assert newest["content"] == {"retirement": {"age": 67, "monthlySavings": 400}, "goals": ["house"]}


async def test_p3_a_plan_that_moved_on_in_the_same_place_is_a_conflict(
    planning: Any, plan: str, content: Any, refusal: Any, fields: Any
) -> None:
    change = await planning.submitted(planning.holder, plan, {**LATER, "goals": ["house", "boat", "car"]})
    await planning.written(plan, {"retirement": {"age": 63, "monthlySavings": 400}, "goals": ["boat"]})
    shown = (await planning.manager.get(change)).json()
    refused = await planning.manager.call("POST", change + "/apply", If_Match=shown["plan_etag"])
    own = (await planning.holder.get(change)).json()

    clashes = {clash["path"]: clash["label"] for clash in shown["clashes"]}
    assert clashes == {"/goals": "goals", "/retirement/age": "retirement › age"}
    assert refusal(refused) == (409, "plan_moved_on", "P3")
    assert sorted(fields(refused)) == [("/goals", "changed_meanwhile"), ("/retirement/age", "changed_meanwhile")]
    assert (own["state"], own["clashes"]) == ("submitted", None)
    assert (await planning.manager.get(planning.path(plan))).json()["version"] == 2
    rejected = await planning.manager.post(change + "/reject", {"reason": "The plan is another now"})
    assert rejected.json()["state"] == "rejected"


REMOVE = {"op": "remove", "path": "/a"}
WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"merge_patch": {}}, "merge_patch", "changes_nothing"),
    ({"merge_patch": {"retirement": {"age": 65.0}}}, "merge_patch", "changes_nothing"),
    ({"merge_patch": {"a": "\0"}}, "merge_patch.a", "control_characters"),
    ({"merge_patch": [1]}, "merge_patch", "dict_type"),
    ({"json_patch": []}, "json_patch", "changes_nothing"),
    ({"json_patch": [{"op": "remove", "path": "/nothing"}]}, "json_patch.0", "patch_does_not_apply"),
    ({"json_patch": [{"op": "add", "path": "/a", "value": 1}, REMOVE, REMOVE]}, "json_patch.2", "patch_does_not_apply"),
    ({"json_patch": [{"op": "test", "path": "/goals", "value": 1}]}, "json_patch.0", "patch_does_not_apply"),
    ({"json_patch": [{"op": "replace", "path": "", "value": 5}]}, "json_patch", "content_not_object"),
    ({"json_patch": [{"op": "add", "path": "/a"}]}, "json_patch.0", "operation_malformed"),
    ({"json_patch": [{"op": "move", "path": "/a"}]}, "json_patch.0", "operation_malformed"),
    ({"json_patch": [{"op": "remove", "path": "/a", "value": 1}]}, "json_patch.0", "operation_malformed"),
    ({"json_patch": [{"op": "remove", "path": "a"}]}, "json_patch.0.path", "string_pattern_mismatch"),
    ({"json_patch": [{"op": "remove", "path": "/~2"}]}, "json_patch.0.path", "string_pattern_mismatch"),
    ({"json_patch": [{"op": "eval", "path": ""}]}, "json_patch.0.op", "literal_error"),
    ({"json_patch": [REMOVE] * 201}, "json_patch", "too_long"),
    ({}, "body", "one_patch"),
    ({"merge_patch": {}, "json_patch": []}, "body", "one_patch"),
    ({"merge_patch": {"a": 1}, "base_version": 0}, "base_version", "greater_than_equal"),
]


async def test_p3_a_patch_that_does_not_apply_names_the_place_and_leaves_nothing(planning: Any, plan: str) -> None:
    for changes, field, code in WRONG:
        body = {"base_version": 1, **changes}
        answer = await planning.holder.post(planning.path(plan, "/changes"), body)

        assert answer.status_code == 422, changes
        assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [(field, code)]
    assert await planning.world.rows("SELECT id FROM plan_change") == []
    assert await planning.world.harness.said(PlanChangeSubmitted) == []


async def test_a7_who_may_submit_a_change_and_to_what(world: Any, planning: Any, plan: str, refusal: Any) -> None:
    reader, grant = await planning.let_in(right="read")
    await planning.published(plan, grant)
    unpublished = await planning.plan()
    await planning.written(plan, {"n": 2})

    assert refusal(await planning.submit(reader, plan, LATER)) == (403, "not_allowed", "A7")
    assert refusal(await planning.submit(planning.manager, plan, LATER)) == (403, "not_allowed", "A7")
    for target, version in ((unpublished, 1), (plan, 2), (plan, 3), (str(new_id()), 1)):
        answer = await planning.submit(planning.holder, target, LATER, version=version)
        assert refusal(answer) == (404, "not_found", "A13")


async def test_p3_others_do_not_see_somebodys_changes(planning: Any, plan: str, refusal: Any) -> None:
    child, grant = await planning.let_in()
    await planning.published(plan, grant)
    mine = await planning.submitted(planning.holder, plan, LATER)
    theirs = await planning.submitted(child, plan, {"goals": None})

    for who, own, other in ((planning.holder, mine, theirs), (child, theirs, mine)):
        listed = (await who.get(planning.path(plan, "/changes"))).json()["items"]
        assert [one["id"] for one in listed] == [own.rpartition("/")[2]]
        assert refusal(await who.get(other)) == (404, "not_found", "A13")
        for what, body in (("/apply", None), ("/reject", {"reason": "No"})):
            assert refusal(await who.call("POST", own + what, body, If_Match="*")) == (403, "not_allowed", "A7")
    staff = (await planning.manager.get(planning.path(plan, "/changes"))).json()["items"]
    assert [one["id"] for one in staff] == [theirs.rpartition("/")[2], mine.rpartition("/")[2]]
    other_plan = await planning.plan()
    for unknown in (planning.path(plan, f"/changes/{new_id()}"), mine.replace(plan, other_plan)):
        answer = await planning.manager.call("POST", unknown + "/apply", If_Match="*")
        assert refusal(answer) == (404, "not_found", "A13")


async def test_p3_of_all_who_apply_and_reject_at_once_one_settles_it(planning: Any, plan: str) -> None:
    change = await planning.submitted(planning.holder, plan, LATER)

    calls = [planning.manager.call("POST", change + "/apply", If_Match='"1"') for _ in range(4)]
    calls += [planning.manager.post(change + "/reject", {"reason": "No"}) for _ in range(4)]
    answers = await asyncio.gather(*calls)

    said = [
        *await planning.world.harness.said(PlanChangeApplied),
        *await planning.world.harness.said(PlanChangeRejected),
    ]
    assert len(said) == 1
    assert sorted(answer.status_code for answer in answers) == [200] * 4 + [409] * 4
    assert len({answer.json()["state"] for answer in answers if answer.status_code == 200}) == 1


async def test_m3_applying_and_rejecting_may_be_looked_at_first(planning: Any, plan: str) -> None:
    change = await planning.submitted(planning.holder, plan, LATER)

    for what, body in (("/apply", None), ("/reject", {"reason": "No"})):
        answer = await planning.manager.call("POST", f"{change}{what}?dry_run=true", body, If_Match="*")
        (mail,) = answer.json()["mails"]
        assert (mail["variant"], mail["recipient"]["name"]) == ("person_notice", "Léa Dupont")
    assert (await planning.manager.get(change)).json()["state"] == "submitted"


async def test_m8_a_manager_who_wants_a_summary_hears_of_a_change_in_it(planning: Any, plan: str) -> None:
    async with planning.world.harness.transaction() as uow:
        statement = text("UPDATE membership SET notices = 'daily' WHERE account_id = :account")
        await uow.session.execute(statement, {"account": planning.manager.account_id})

    await planning.submitted(planning.holder, plan, LATER)

    assert await notices(planning, "change_submitted") == []
    rows = await planning.world.rows("SELECT line->>'kind' AS kind FROM manager_notice")
    assert [row["kind"] for row in rows] == ["change_submitted"]


async def test_i11_who_is_kept_out_is_told_nothing(planning: Any, plan: str) -> None:
    change = await planning.submitted(planning.holder, plan, LATER)
    path = f"/firms/{planning.office.firm_id}/portal-users/{planning.holder.account_id}/deactivation"
    await planning.office.administrator.post(path, {"reason": "Suspicious sign-ins"})

    applied = await planning.manager.call("POST", change + "/apply", If_Match="*")

    assert applied.status_code == 200, applied.text
    assert await notices(planning, "change_applied") == []
    assert len(await planning.world.harness.said(PlanChangeApplied)) == 1


async def test_p3_a_closed_dossier_takes_no_changes(planning: Any, plan: str, refusal: Any) -> None:
    waiting = await planning.submitted(planning.holder, plan, LATER)
    await planning.manager.post(planning.dossier.path + "/close", {"access": "read_only", "reason": "Mission ended"})

    assert refusal(await planning.submit(planning.holder, plan, LATER))[:2] == (403, "dossier_closed")
    assert (await planning.holder.get(planning.path(plan))).status_code == 200
    assert (await planning.holder.post(waiting + "/withdraw")).json()["state"] == "withdrawn"


async def test_p3_nobody_piles_up_changes(planning: Any, plan: str, refusal: Any) -> None:
    for number in range(20):
        await planning.submitted(planning.holder, plan, {"retirement": {"age": number}})

    assert refusal(await planning.submit(planning.holder, plan, LATER)) == (409, "too_many_waiting", "P3")


async def test_a11_the_journal_names_nobody_and_no_content(planning: Any, plan: str) -> None:
    change = await planning.submitted(planning.holder, plan, {"secret": "4111 1111"})
    await planning.manager.call("POST", change + "/apply", If_Match="*")

    (fact,) = await planning.journal("plan_change_submitted")
    assert fact["details"]["party"] == "holder"
    assert UUID(fact["details"]["grant"]) == UUID(planning.holder_grant)
    (row,) = await planning.world.rows("SELECT string_agg(journal::text, ' ') AS everything FROM journal")
    for word in ("Dupont", "Léa", "@", "4111", "Pension"):
        assert word not in row["everything"]
