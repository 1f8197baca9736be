"""The family tree over HTTP holds no contradictions: no circles, no two couples, and a holder who is the root."""

from typing import Any

import pytest


class Tree:
    """A dossier's tree, as its manager writes it."""

    def __init__(self, office: Any, dossier: Any) -> None:
        self.manager, self.path = office.accountant, dossier.path + "/people"
        self.holder_id, self.child_id = dossier.holder_id, dossier.child_id

    async def enter(self, relationship: str | None, to: str | None = None, **more: Any) -> Any:
        body = {"given_name": "Ann", "family_name": "Dupont", "relationship": relationship, "related_to": to, **more}
        return await self.manager.post(self.path, body)

    async def entered(self, relationship: str | None, to: str | None = None, **more: Any) -> str:
        answer = await self.enter(relationship, to, **more)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def change(self, person_id: str, **values: Any) -> Any:
        return await self.manager.call("PATCH", f"{self.path}/{person_id}", values, If_Match="*")


@pytest.fixture
async def tree(world: Any) -> Tree:
    office = await world.office()
    return Tree(office, await world.dossier(office))


def wrong(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    return [(error["field"], error["code"]) for error in answer.json()["errors"]]


async def test_nobody_is_related_to_themselves_by_way_of_others(tree: Tree) -> None:
    grandchild = await tree.entered("child", tree.child_id)
    great_grandchild = await tree.entered("child", grandchild)

    refused = [
        await tree.change(tree.child_id, related_to=grandchild),
        await tree.change(tree.child_id, related_to=great_grandchild, relationship="parent"),
        await tree.change(grandchild, related_to=great_grandchild, relationship="grandparent"),
    ]
    itself = await tree.change(grandchild, related_to=grandchild)
    moved = await tree.change(great_grandchild, related_to=tree.child_id)

    assert [wrong(answer) for answer in refused] == [[("related_to", "relations_circular")]] * 3
    assert wrong(itself) == [("related_to", "related_to_unknown")]
    assert (moved.status_code, moved.json()["related_to"]) == (200, tree.child_id)


async def test_the_holder_is_related_to_nobody(tree: Tree) -> None:
    assert wrong(await tree.change(tree.holder_id, related_to=tree.child_id)) == [
        ("related_to", "holder_is_related_to_nobody")
    ]
    assert wrong(await tree.change(tree.holder_id, relationship="child")) == [
        ("relationship", "relationship_of_holder")
    ]


async def test_nobody_has_two_spouses_or_partners(tree: Tree) -> None:
    spouse = await tree.entered("spouse", role="co_holder")
    in_law = await tree.entered("partner", tree.child_id)

    refused = [
        await tree.enter("partner"),
        await tree.enter("spouse", tree.holder_id),
        await tree.enter("spouse", spouse),
        await tree.enter("spouse", in_law),
        await tree.change(in_law, related_to=None),
        await tree.change(tree.child_id, relationship="spouse"),
    ]
    former = await tree.change(spouse, relationship="former_spouse")
    again = await tree.enter("spouse")

    assert [wrong(answer) for answer in refused] == [[("relationship", "two_couples")]] * 6
    assert (former.status_code, again.status_code) == (200, 201)


async def test_who_died_makes_room_for_another_spouse_and_does_not_come_back_beside_one(tree: Tree) -> None:
    spouse = await tree.entered("spouse")
    death = f"{tree.path}/{spouse}/death"
    await tree.manager.call("PUT", death, {"deceased_on": "2020-02-29"})
    second = await tree.entered("spouse")

    back = await tree.manager.call("DELETE", death)
    renamed = await tree.change(spouse, given_name="Anne")
    await tree.change(second, relationship="former_spouse")
    then = await tree.manager.call("DELETE", death)

    assert (back.status_code, back.json()["code"]) == (409, "two_couples")
    assert (renamed.status_code, renamed.json()["deceased_on"]) == (200, "2020-02-29")
    assert (then.status_code, then.json()["deceased_on"]) == (200, None)


async def test_a_refused_place_changes_nothing(world: Any, tree: Tree) -> None:
    grandchild = await tree.entered("child", tree.child_id)
    before = await world.rows("SELECT t::text FROM person t ORDER BY id")

    await tree.change(tree.child_id, related_to=grandchild, given_name="X")

    assert await world.rows("SELECT t::text FROM person t ORDER BY id") == before
