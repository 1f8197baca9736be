"""Sections over HTTP: opened, edited and refused as A7 says, one version at a time."""

import asyncio
from typing import Any

import pytest
from service_kit.ids import new_id

HOUSE = {"kind": "real_estate", "description": "Maison", "amount": "350000.50"}
ASSETS = "/sections/asset-inventory"
WRONG = {
    "amount": "-1",
    "currency": "euro",
    "kind": "unicorn",
    "description": "a\x00b",
    "owner_id": str(new_id()),
    "colour": "red",
}


@pytest.fixture
async def office(world: Any) -> Any:
    return await world.office()


@pytest.fixture
async def dossier(world: Any, office: Any) -> Any:
    return await world.dossier(office)


class TestAssets:
    async def test_a7_a_holder_with_write_opens_adds_edits_and_removes(
        self, world: Any, office: Any, dossier: Any
    ) -> None:
        holder, _ = await world.granted(office, dossier, dossier.holder_id)
        added = await holder.made(dossier.path + ASSETS + "/assets", {**HOUSE, "owner_id": dossier.holder_id})
        path = f"{dossier.path}{ASSETS}/assets/{added['id']}"

        edited = await holder.call("PUT", path, {**HOUSE, "amount": "360000"}, If_Match=added["etag"])
        seen = (await office.accountant.get(dossier.path + ASSETS)).json()["items"]
        removed = await holder.call("DELETE", path, If_Match=edited.headers["etag"])

        assert (added["amount"], edited.json()["amount"]) == ("350000.50", "360000.00")
        assert [(asset["amount"], asset["owner_id"]) for asset in seen] == [("360000.00", None)]
        assert removed.status_code == 204
        assert (await holder.get(dossier.path + ASSETS)).json()["items"] == []

    async def test_a7_family_with_read_reads_and_is_refused_the_rest(
        self, world: Any, office: Any, dossier: Any
    ) -> None:
        child, _ = await world.granted(office, dossier, dossier.child_id, "read")
        asset = await office.accountant.made(dossier.path + ASSETS + "/assets", HOUSE)
        path = f"{dossier.path}{ASSETS}/assets/{asset['id']}"

        refused = [
            await child.post(dossier.path + ASSETS + "/assets", HOUSE),
            await child.call("PUT", path, HOUSE, If_Match="*"),
            await child.call("DELETE", path, If_Match="*"),
        ]

        assert (await child.get(dossier.path + ASSETS)).status_code == 200
        assert [(answer.status_code, answer.json()["rule"]) for answer in refused] == [(403, "A7")] * 3

    async def test_a14_an_administrator_outside_the_team_is_refused(self, office: Any, dossier: Any) -> None:
        answer = await office.administrator.get(dossier.path + ASSETS)

        assert (answer.status_code, answer.json()["rule"]) == (403, "A14")

    async def test_of_two_edits_of_one_version_one_is_refused(self, office: Any, dossier: Any) -> None:
        asset = await office.accountant.made(dossier.path + ASSETS + "/assets", HOUSE)
        path = f"{dossier.path}{ASSETS}/assets/{asset['id']}"

        answers = await asyncio.gather(
            *(office.accountant.call("PUT", path, HOUSE, If_Match=asset["etag"]) for _ in range(4))
        )

        assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]

    async def test_an_asset_of_another_dossier_is_unknown(self, world: Any, office: Any, dossier: Any) -> None:
        other = await world.dossier(office)
        asset = await office.accountant.made(other.path + ASSETS + "/assets", HOUSE)

        answer = await office.accountant.call(
            "PUT", f"{dossier.path}{ASSETS}/assets/{asset['id']}", HOUSE, If_Match="*"
        )

        assert answer.status_code == 404

    async def test_what_cannot_be_meant_names_its_field(self, office: Any, dossier: Any) -> None:
        for field, value in WRONG.items():
            answer = await office.accountant.post(dossier.path + ASSETS + "/assets", HOUSE | {field: value})

            assert answer.status_code == 422, field
            assert [error["field"] for error in answer.json()["errors"]] == [field]

    async def test_an_amount_is_an_exact_number_of_cents(self, office: Any, dossier: Any) -> None:
        for amount in ("1.005", "NaN", "Infinity", "1e30", "123456789012345"):
            answer = await office.accountant.post(dossier.path + ASSETS + "/assets", HOUSE | {"amount": amount})

            assert answer.status_code == 422, amount

    async def test_the_inventory_comes_in_pages_without_gap_or_repeat(self, office: Any, dossier: Any) -> None:
        made = [(await office.accountant.made(dossier.path + ASSETS + "/assets", HOUSE))["id"] for _ in range(5)]
        seen: list[str] = []
        cursor = ""
        while cursor is not None:
            more = f"&cursor={cursor}" if cursor else ""
            page = (await office.accountant.get(f"{dossier.path}{ASSETS}?limit=2{more}")).json()
            seen += [asset["id"] for asset in page["items"]]
            cursor = page["next"]

        assert seen == made

    async def test_a_cursor_of_another_kind_is_refused(self, office: Any, dossier: Any) -> None:
        answer = await office.accountant.get(f"{dossier.path}{ASSETS}?cursor=bm90aGluZw")

        assert (answer.status_code, answer.json()["code"]) == (422, "cursor_malformed")


class TestFamilyStructure:
    async def test_what_is_noted_about_the_family_is_replaced_version_by_version(
        self, world: Any, office: Any, dossier: Any
    ) -> None:
        holder, _ = await world.granted(office, dossier, dossier.holder_id)
        path = dossier.path + "/sections/family-structure"
        unwritten = await holder.get(path)

        first = await holder.call("PUT", path, {"marital_status": "married"}, If_Match=unwritten.headers["etag"])
        stale = await holder.call("PUT", path, {"note": "x"}, If_Match=unwritten.headers["etag"])
        blind = await holder.call("PUT", path, {"note": "x"})
        second = await holder.call("PUT", path, {"note": "Deux enfants"}, If_Match=first.headers["etag"])

        assert (unwritten.headers["etag"], first.status_code) == ('"0"', 200)
        assert (stale.status_code, blind.status_code) == (412, 428)
        assert (second.json()["marital_status"], second.json()["note"]) == (None, "Deux enfants")

    async def test_a7_outside_parties_see_names_and_no_contact_data(
        self, world: Any, office: Any, dossier: Any
    ) -> None:
        child, _ = await world.granted(office, dossier, dossier.child_id, "read")
        path = dossier.path + "/sections/family-structure"

        outside = (await child.get(path)).json()["people"]
        inside = (await office.accountant.get(path)).json()["people"]

        assert {(one["email"], one["phone"]) for one in outside} == {(None, None)}
        assert all(one["email"] and one["phone"] for one in inside)

    async def test_of_two_first_notes_one_is_refused(self, office: Any, dossier: Any) -> None:
        path = dossier.path + "/sections/family-structure"

        answers = await asyncio.gather(
            *(office.accountant.call("PUT", path, {"note": str(n)}, If_Match='"0"') for n in range(3))
        )

        assert sorted(answer.status_code for answer in answers) == [200, 412, 412]
