"""What somebody hears of a change they submitted, and as whom they stand in it (A7, A8, A9, A11, P3)."""

from typing import Any
from uuid import UUID

import pytest
from event_contracts.firms import NoticeIssued

LATER = {"retirement": {"age": 67}}
ADVISER = {"kind": "notary", "given_name": "Nora", "family_name": "Notaire", "email": "nora@example.com"}


async def told(planning: Any, kind: str) -> list[Any]:
    """The lines that told it."""
    said = await planning.world.harness.said(NoticeIssued)
    return [line for one in said for line in one.lines if line.kind == kind]


@pytest.mark.parametrize("what", ["apply", "reject"])
async def test_a7_a_title_that_was_not_published_to_them_is_not_told(planning: Any, content: Any, what: str) -> None:
    plan = await planning.plan()
    await planning.published(plan)
    change = await planning.submitted(planning.holder, plan, LATER)
    await planning.written(plan, content, title="Divorce")

    settled = await planning.manager.call("POST", f"{change}/{what}", {"reason": "No"}, If_Match="*")

    assert settled.status_code == 200, settled.text
    (line,) = await told(planning, {"apply": "change_applied", "reject": "change_rejected"}[what])
    assert line.plan_title == "Pension"


async def test_a8_of_plans_that_were_left_out_nothing_is_told(planning: Any) -> None:
    plan = await planning.plan()
    await planning.published(plan)
    change = await planning.submitted(planning.holder, plan, LATER)
    await planning.manager.call("PATCH", planning.dossier.path, {"modules": ["asset_inventory"]}, If_Match="*")

    settled = await planning.manager.post(change + "/reject", {"reason": "No"})

    assert settled.json()["state"] == "rejected"
    assert await told(planning, "change_rejected") == []


async def test_a11_who_stands_there_twice_submits_by_the_grant_that_allows_it(world: Any, planning: Any) -> None:
    adviser = await planning.manager.made(planning.dossier.path + "/advisers", {**ADVISER, "phone": "+32470123499"})
    notary = await planning.offered(adviser["id"])
    child, grant = await planning.let_in()
    await world.joins(notary, child)
    plan = await planning.plan()
    await planning.published(plan, grant)

    change = await planning.submitted(child, plan, LATER)

    shown = (await planning.manager.get(change)).json()
    assert (shown["submitted_by"]["person_id"], shown["submitted_by"]["role"]) == (planning.dossier.child_id, "family")
    (fact,) = await planning.journal("plan_change_submitted")
    assert (UUID(fact["details"]["grant"]), fact["details"]["party"]) == (UUID(grant), "family")
    (line,) = await told(planning, "change_submitted")
    assert line.role == "family"
