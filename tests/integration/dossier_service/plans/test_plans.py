"""Plans over HTTP: versions are only added, and outside parties read what was published to them (A7, A8, A9, A13)."""

import asyncio
from typing import Any

import pytest
from service_kit.ids import new_id
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

WRONG: list[tuple[str, Any, str, str]] = [
    ("title", "", "title", "empty"),
    ("title", "a\nb", "title", "control_characters"),
    ("content", [1], "content", "dict_type"),
    ("content", {"a": {"b": "\0"}}, "content.a.b", "control_characters"),
    ("content", {"a": 2**60}, "content.a", "number_out_of_range"),
    ("branch_id", str(new_id()), "branch_id", "branch_unknown"),
    ("colour", "red", "colour", "extra_forbidden"),
]


async def test_a7_every_edit_is_a_version_that_stays(planning: Any, content: Any) -> None:
    plan = await planning.plan()
    first = await planning.manager.get(planning.path(plan))
    body = {"title": "Pension II", "content": {**content, "goals": []}}
    second = await planning.manager.call("PUT", planning.path(plan), body, If_Match=first.headers["etag"])
    same = await planning.manager.call("PUT", planning.path(plan), body, If_Match=second.headers["etag"])
    stale = await planning.manager.call("PUT", planning.path(plan), body, If_Match=first.headers["etag"])
    blind = await planning.manager.call("PUT", planning.path(plan), body)
    old = await planning.manager.get(planning.path(plan, "?version=1"))
    versions = (await planning.manager.get(planning.path(plan, "/versions"))).json()["items"]

    assert (first.headers["etag"], first.json()["version"], first.json()["content"]) == ('"1"', 1, content)
    assert (second.json()["version"], second.json()["title"], second.json()["content"]["goals"]) == (
        2,
        "Pension II",
        [],
    )
    assert (same.json()["version"], stale.status_code, blind.status_code) == (2, 412, 428)
    assert old.json() == first.json()
    assert [(one["version"], one["title"], one["written_by"]) for one in versions] == [
        (2, "Pension II", "Marc Manager"),
        (1, "Pension", "Marc Manager"),
    ]
    assert [row["details"]["version"] for row in await planning.journal("plan_written")] == ["2"]


async def test_of_edits_at_once_one_makes_the_next_version(planning: Any) -> None:
    plan = await planning.plan()

    answers = await asyncio.gather(
        *(
            planning.manager.call("PUT", planning.path(plan), {"title": str(n), "content": {}}, If_Match='"1"')
            for n in range(4)
        )
    )

    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]


async def test_what_cannot_be_meant_names_its_field(planning: Any, content: Any, fields: Any) -> None:
    for name, value, field, code in WRONG:
        body = {"title": "Pension", "content": content, name: value}
        answer = await planning.manager.post(planning.section + "/plans", body)

        assert answer.status_code == 422, name
        assert fields(answer) == [(field, code)]
    raw = '{"title": "x", "content": {"a": NaN}}'
    path, headers = f"/api/dossier/v1{planning.section}/plans", planning.manager.headers
    nan = await planning.manager.client.post(path, content=raw, headers={**headers, "Content-Type": "application/json"})
    assert (nan.status_code, fields(nan)) == (422, [("content.a", "number_out_of_range")])


async def test_a7_nobody_outside_reads_a_plan_before_it_is_published_to_them(planning: Any, refusal: Any) -> None:
    plan, hidden = await planning.plan(), await planning.plan(title="Hidden")
    child, _ = await planning.let_in()
    await planning.published(plan)
    await planning.written(plan, {"new": True})

    for who in (planning.holder, child):
        unseen = [planning.path(hidden), planning.path(plan, "?version=2"), planning.path(hidden, "/versions")]
        unseen.append(planning.path(plan, "/versions/1/difference?to=2"))
        answers = [await who.get(path) for path in unseen]
        assert {refusal(answer) for answer in answers} == {(404, "not_found", "A13")}
    assert refusal(await child.get(planning.path(plan))) == (404, "not_found", "A13")
    assert (await child.get(planning.section)).json()["items"] == []
    seen = (await planning.holder.get(planning.section)).json()["items"]
    assert [(one["id"], one["version"], one["waiting_changes"]) for one in seen] == [(plan, 1, None)]
    shown = (await planning.holder.get(planning.path(plan))).json()
    assert (shown["version"], shown["written_by"], shown["published_at"] is not None) == (1, None, True)
    staff = (await planning.manager.get(planning.section)).json()["items"]
    assert [(one["id"], one["version"], one["waiting_changes"]) for one in staff] == [(plan, 2, 0), (hidden, 1, 0)]


async def test_a7_the_newest_version_that_was_published_is_the_one_shown(planning: Any) -> None:
    plan = await planning.plan()
    for number in (2, 3, 4):
        await planning.written(plan, {"n": number})
    await planning.published(plan, version=3)
    await planning.published(plan, version=2)

    shown = (await planning.holder.get(planning.path(plan))).json()
    versions = (await planning.holder.get(planning.path(plan, "/versions?limit=1"))).json()
    rest = (await planning.holder.get(planning.path(plan, f"/versions?cursor={versions['next']}"))).json()

    assert (shown["version"], shown["content"]) == (3, {"n": 3})
    assert [one["version"] for one in (*versions["items"], *rest["items"])] == [3, 2]


async def test_p3_two_versions_differ_in_words(planning: Any, content: Any) -> None:
    plan = await planning.plan()
    await planning.written(plan, {**content, "retirement": {"age": 67, "monthlySavings": 400}}, title="Pension II")

    there = (await planning.manager.get(planning.path(plan, "/versions/1/difference?to=2"))).json()
    same = (await planning.manager.get(planning.path(plan, "/versions/2/difference?to=2"))).json()

    assert (there["title_before"], there["title_after"]) == ("Pension", "Pension II")
    assert there["difference"] == [
        {"path": "/retirement/age", "label": "retirement › age", "kind": "changed", "before": 65, "after": 67}
    ]
    assert same["difference"] == []


@pytest.mark.parametrize("right", ["read", "write"])
async def test_a7_outside_parties_never_write_or_publish_plans(planning: Any, refusal: Any, right: str) -> None:
    plan = await planning.plan()
    child, grant = await planning.let_in(right=right)
    await planning.published(plan, grant)
    body = {"title": "Mine", "content": {}}

    answers = [
        await child.post(planning.section + "/plans", body),
        await child.call("PUT", planning.path(plan), body, If_Match="*"),
        await child.post(planning.path(plan, "/publications"), {"recipients": await planning.chosen(grant)}),
        await child.get(planning.path(plan, "/publications")),
    ]

    assert {refusal(answer) for answer in answers} == {(403, "not_allowed", "A7")}


async def test_a13_a_plan_of_another_dossier_or_firm_answers_like_one_that_does_not_exist(
    world: Any, planning: Any, refusal: Any
) -> None:
    other = await world.dossier(planning.office)
    foreign = await world.office("Cabinet Autre")
    far = await world.dossier(foreign)
    body = {"title": "x", "content": {}}
    near_plan = await planning.manager.made(f"{other.path}/sections/plans/plans", body)
    far_plan = await foreign.accountant.made(f"{far.path}/sections/plans/plans", body)
    own_plan = await planning.plan()

    for plan in (near_plan["id"], far_plan["id"], str(new_id())):
        answers = [
            await planning.manager.get(planning.path(plan)),
            await planning.manager.call("PUT", planning.path(plan), body, If_Match="*"),
            await planning.publish(plan),
            await planning.manager.get(planning.path(plan, "/changes")),
        ]
        assert {refusal(answer) for answer in answers} == {(404, "not_found", "A13")}
    assert refusal(await foreign.accountant.get(planning.path(own_plan))) == (404, "not_found", "A13")


async def test_a8_without_the_module_there_are_no_plans_outside(planning: Any, refusal: Any) -> None:
    plan = await planning.plan()
    await planning.published(plan)
    left_out = {"modules": ["asset_inventory"]}
    changed = await planning.manager.call("PATCH", planning.dossier.path, left_out, If_Match="*")

    assert changed.status_code == 200, changed.text
    assert refusal(await planning.holder.get(planning.section)) == (404, "not_found", "A13")
    assert refusal(await planning.holder.get(planning.path(plan))) == (404, "not_found", "A13")
    assert (await planning.manager.get(planning.path(plan))).status_code == 200
    assert refusal(await planning.publish(plan, again=True)) == (409, "module_left_out", "A8")


async def test_a9_a_plan_belongs_to_an_open_branch_of_the_firm(world: Any, planning: Any, fields: Any) -> None:
    administrator, branches = planning.office.administrator, f"/firms/{planning.office.firm_id}/branches"
    branch = await administrator.made(branches, {"name": "Namur"})
    plan = await planning.plan(branch_id=branch["id"])
    freed = await planning.written(plan, {"n": 1}, branch_id=None)
    await administrator.post(f"{branches}/{branch['id']}/close")
    body = {"title": "Pension", "content": {"n": 1}, "branch_id": branch["id"]}
    closed = await planning.manager.call("PUT", planning.path(plan), body, If_Match="*")

    assert (freed["branch_id"], freed["version"]) == (None, 2)
    assert (closed.status_code, fields(closed)) == (422, [("branch_id", "branch_closed")])


@pytest.mark.parametrize("table", ["plan_version", "plan_publication", "plan_recipient"])
async def test_not_even_the_service_itself_changes_what_was_published(planning: Any, table: str) -> None:
    await planning.published(await planning.plan())

    with pytest.raises(DBAPIError, match="permission denied"):
        async with planning.world.harness.transaction() as uow:
            await uow.session.execute(text(f"UPDATE {table} SET version = 9"))


async def test_a_cursor_of_another_kind_is_refused(planning: Any, refusal: Any) -> None:
    plan = await planning.plan()

    for cursor in ("bm90aGluZw", "WzFlMzBd", "Wzk5OTk5OTk5OTk5OTk5OTldCg"):
        answer = await planning.manager.get(planning.path(plan, f"/versions?cursor={cursor}"))
        assert (answer.status_code, answer.json()["code"]) == (422, "cursor_malformed")
