"""Sections over HTTP: opened, edited and refused as A7 says, one version at a time."""

import asyncio
from typing import Any

import pytest
from service_kit.ids import new_id

ASSETS = "/sections/asset-inventory"


def euros(amount: Any) -> dict[str, Any]:
    return {"amount": amount, "currency": "EUR"}


HOUSE = {"kind": "real_estate", "description": "Maison", "value": euros("350000.50")}
# What is sent instead, and the field and rule that the answer names.
WRONG = [
    ({"value": euros("-1")}, "value.amount", "A7"),
    ({"value": euros("1.005")}, "value.amount", "A7"),
    ({"value": euros("123456789012345")}, "value.amount", "A7"),
    ({"value": euros("1e30")}, "value.amount", "A7"),
    ({"value": euros("NaN")}, "value.amount", None),
    ({"value": euros("Infinity")}, "value.amount", None),
    ({"value": {"amount": "1"}}, "value.currency", "A7"),
    ({"value": {"amount": "1", "currency": None}}, "value.currency", "A7"),
    ({"value": {"amount": "1", "currency": "euro"}}, "value.currency", "A7"),
    ({"value": {"amount": "1", "currency": "DEM"}}, "value.currency", "A7"),
    ({"value": {"amount": "1.5", "currency": "JPY"}}, "value.amount", "A7"),
    ({"value": {"currency": "EUR"}}, "value.amount", None),
    ({"value": "350000"}, "value", None),
    ({"kind": "unicorn"}, "kind", None),
    ({"description": "a\x00b"}, "description", "M2"),
    ({"date": "2026-02-30"}, "date", None),
    ({"colour": "red"}, "colour", None),
    ({"owners": [{"person_id": str(new_id()), "share": "50"}]}, "owners.0.person_id", "A7"),
    ({"owners": [{"person_id": "{holder}", "share": "-10"}]}, "owners.0.share", "A7"),
    ({"owners": [{"person_id": "{holder}", "share": "0"}]}, "owners.0.share", "A7"),
    ({"owners": [{"person_id": "{holder}", "share": "100.5"}]}, "owners.0.share", "A7"),
    ({"owners": [{"person_id": "{holder}", "share": "60"}, {"person_id": "{child}", "share": "41"}]}, "owners", "A7"),
    (
        {"owners": [{"person_id": "{holder}", "share": "6"}, {"person_id": "{holder}", "share": "4"}]},
        "owners.1.person_id",
        "A7",
    ),
    ({"owners": [{"person_id": "{holder}"}]}, "owners.0.share", None),
]


def filled(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: filled(part, ids) for name, part in value.items()}
    if isinstance(value, list):
        return [filled(part, ids) for part in value]
    return ids.get(value, value) if isinstance(value, str) else value


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
        owners = [{"person_id": dossier.holder_id, "share": "66.6667"}, {"person_id": dossier.child_id, "share": 33}]
        body = {**HOUSE, "owners": owners, "date": "2026-01-31"}
        added = await holder.made(dossier.path + ASSETS + "/assets", body)
        path = f"{dossier.path}{ASSETS}/assets/{added['id']}"

        read = await holder.get(path)
        edited = await holder.call("PUT", path, {**HOUSE, "value": euros("360000")}, If_Match=read.headers["etag"])
        seen = (await office.accountant.get(dossier.path + ASSETS)).json()["items"]
        removed = await holder.call("DELETE", path, If_Match=edited.headers["etag"])

        assert read.json() == added
        assert (added["value"], added["date"]) == (euros("350000.50"), "2026-01-31")
        assert [owner["share"] for owner in added["owners"]] == ["66.6667", "33"]
        assert [(asset["value"], asset["owners"], asset["date"]) for asset in seen] == [(euros("360000.00"), [], None)]
        assert removed.status_code == 204
        assert (await holder.get(dossier.path + ASSETS)).json()["items"] == []
        assert (await holder.get(path)).json()["rule"] == "A13"

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

    async def test_a7_what_cannot_be_meant_names_its_field_and_rule(self, office: Any, dossier: Any) -> None:
        ids = {"{holder}": dossier.holder_id, "{child}": dossier.child_id}
        for changes, field, rule in WRONG:
            answer = await office.accountant.post(dossier.path + ASSETS + "/assets", HOUSE | filled(changes, ids))

            assert answer.status_code == 422, changes
            named = [(error["field"], error.get("rule")) for error in answer.json()["errors"]]
            assert named == [(field, rule)], changes

    async def test_a7_an_owner_is_of_this_tree_and_may_leave_it_later(
        self, world: Any, office: Any, dossier: Any
    ) -> None:
        other = await world.dossier(office)
        owners = [{"person_id": dossier.child_id, "share": "50"}]
        asset = await office.accountant.made(dossier.path + ASSETS + "/assets", {**HOUSE, "owners": owners})
        path = f"{dossier.path}{ASSETS}/assets/{asset['id']}"
        adviser = {"kind": "notary", "given_name": "Noé", "family_name": "Notaire"}
        strangers = [other.child_id, (await office.accountant.made(dossier.path + "/advisers", adviser))["id"]]

        refused = [
            await office.accountant.call(
                "PUT", path, {**HOUSE, "owners": [{"person_id": one, "share": "50"}]}, If_Match="*"
            )
            for one in strangers
        ]
        await office.accountant.call("DELETE", f"{dossier.path}/people/{dossier.child_id}")
        kept = await office.accountant.call("PUT", path, {**HOUSE, "owners": owners}, If_Match="*")
        again = await office.accountant.post(dossier.path + ASSETS + "/assets", {**HOUSE, "owners": owners})

        assert [answer.json()["code"] for answer in refused] == ["person_unknown"] * 2
        assert (kept.status_code, kept.json()["owners"]) == (200, owners)
        assert (again.status_code, again.json()["code"]) == (422, "person_unknown")

    async def test_a_repeated_post_adds_one_asset(self, office: Any, dossier: Any) -> None:
        for _ in range(2):
            await office.accountant.post(dossier.path + ASSETS + "/assets", HOUSE, Idempotency_Key="one-house")

        assert len((await office.accountant.get(dossier.path + ASSETS)).json()["items"]) == 1

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
