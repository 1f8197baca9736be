"""The branches of a firm over HTTP: administrators write, the staff reads, no two names are mistaken (A9, A13)."""

from typing import Any

import pytest
from service_kit.ids import new_id

NAMES = ("Actif Montréal", "Actif Québec")


class Scene:
    """An office with two branches."""

    def __init__(self, office: Any, made: list[dict[str, Any]]) -> None:
        self.office, self.made, self.administrator = office, made, office.administrator
        self.path = f"/firms/{office.firm_id}/branches"

    def of(self, which: int, what: str = "") -> str:
        return f"{self.path}/{self.made[which]['id']}{what}"


@pytest.fixture
async def scene(world: Any) -> Scene:
    office = await world.office()
    path = f"/firms/{office.firm_id}/branches"
    return Scene(office, [await office.administrator.made(path, {"name": name}) for name in NAMES])


def refusal(answer: Any) -> tuple[int, str, str]:
    return answer.status_code, answer.json()["code"], answer.json()["rule"]


async def test_the_staff_sees_the_branches_and_only_administrators_change_them(world: Any, scene: Scene) -> None:
    accountant = scene.office.accountant
    page = (await accountant.get(scene.path + "?limit=1")).json()
    rest = (await accountant.get(f"{scene.path}?cursor={page['next']}")).json()
    one = await accountant.get(scene.of(0))
    refused = [
        await accountant.post(scene.path, {"name": "Mons"}),
        await accountant.call("PATCH", scene.of(0), {"name": "Mons"}, If_Match="*"),
        await accountant.post(scene.of(0, "/close")),
        await accountant.post(scene.of(0, "/reopen")),
    ]

    assert [branch["name"] for branch in (*page["items"], *rest["items"])] == list(NAMES)
    assert (one.json(), one.headers["etag"]) == (page["items"][0], '"1"')
    assert {refusal(answer) for answer in refused} == {(403, "administrator_only", "A14")}
    assert refusal(await world.somebody().get(scene.path)) == (404, "not_found", "A13")


async def test_a9_a_name_in_another_case_or_with_look_alikes_is_taken(scene: Scene) -> None:
    await scene.administrator.post(scene.of(1, "/close"))
    taken = [
        await scene.administrator.post(scene.path, {"name": "ACTIF  montréal"}),
        await scene.administrator.post(scene.path, {"name": "Actlf Québec"}),
        await scene.administrator.call("PATCH", scene.of(1), {"name": "Actif Rnontréal"}, If_Match="*"),
    ]
    own = await scene.administrator.call("PATCH", scene.of(0), {"name": "ACTIF Montréal"}, If_Match='"1"')

    assert {refusal(answer) for answer in taken} == {(409, "branch_name_taken", "A9")}
    assert [error["field"] for error in taken[0].json()["errors"]] == ["name"]
    assert (own.status_code, own.json()["name"], own.headers["etag"]) == (200, "ACTIF Montréal", '"2"')


async def test_m2_a_name_is_one_line_of_some_length(scene: Scene) -> None:
    for name in ("", "   ", "Mons\r\nBcc: all@example.com", "x" * 121):
        answer = await scene.administrator.post(scene.path, {"name": name})

        assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, ["name"])


async def test_who_renames_has_seen_the_current_version(scene: Scene) -> None:
    without = await scene.administrator.call("PATCH", scene.of(0), {"name": "Mons"})
    old = await scene.administrator.call("PATCH", scene.of(0), {"name": "Mons"}, If_Match='"7"')
    same = await scene.administrator.call("PATCH", scene.of(0), {"name": NAMES[0]}, If_Match='"1"')

    assert [answer.status_code for answer in (without, old, same)] == [428, 412, 200]
    assert same.headers["etag"] == '"1"'


async def test_closing_and_reopening_twice_change_nothing_more_and_are_journaled(world: Any, scene: Scene) -> None:
    closed = [await scene.administrator.post(scene.of(0, "/close")) for _ in range(2)]
    opened = [await scene.administrator.post(scene.of(0, "/reopen")) for _ in range(2)]
    facts = await world.rows("SELECT action FROM journal WHERE subject_kind = 'branch' ORDER BY id")

    assert closed[0].json() == closed[1].json()
    assert closed[0].json()["closed_at"]
    assert [answer.json()["closed_at"] for answer in opened] == [None, None]
    assert [answer.headers["etag"] for answer in opened] == ['"3"', '"3"']
    assert [fact["action"] for fact in facts] == ["branch_added", "branch_added", "branch_closed", "branch_reopened"]


async def test_a13_another_firms_branch_answers_like_one_that_does_not_exist(world: Any, scene: Scene) -> None:
    neighbour = await world.office("Cabinet Voisin")
    inside = f"/firms/{neighbour.firm_id}/branches"
    same_name = await neighbour.administrator.post(inside, {"name": NAMES[0]})
    answers = []
    for path in (scene.of(0), f"{inside}/{scene.made[0]['id']}", f"{inside}/{new_id()}"):
        for method, what, body in (
            ("GET", "", None),
            ("PATCH", "", {"name": "Mons"}),
            ("POST", "/close", None),
            ("POST", "/reopen", None),
        ):
            answers.append(await neighbour.administrator.call(method, path + what, body, If_Match="*"))

    assert same_name.status_code == 201
    assert {refusal(answer) for answer in answers} == {(404, "not_found", "A13")}
    assert len({answer.json()["detail"] for answer in answers}) == 1
