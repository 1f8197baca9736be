"""Offering, changing and withdrawing a right over HTTP, refused by the numbers of the law (A1, A3, A5, A10)."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from event_contracts.dossier import GrantActivated, GrantChanged, GrantOffered, GrantWithdrawn
from service_kit.ids import new_id


def offer_to(person_id: str, right: str = "write", **changes: Any) -> dict[str, Any]:
    return {"person_id": person_id, "right": right, "contact_confirmed": True, **changes}


class TestOffering:
    async def test_a_manager_offers_a_right_and_identity_hears_of_it(self, world: Any) -> None:
        office = await world.office("Cabinet Éxact")
        dossier = await world.dossier(office)

        answer = await office.accountant.post(dossier.path + "/grants", offer_to(dossier.holder_id, custom_text="Oui"))

        assert answer.status_code == 201, answer.text
        assert answer.headers["etag"] == '"1"'
        (offered,) = await world.harness.said(GrantOffered)
        assert str(offered.grant_id) == answer.json()["id"]
        assert (offered.role, offered.right, offered.granted_by) == ("holder", "write", "Marc Manager")
        assert (offered.firm.name, offered.custom_text) == ("Cabinet Éxact", "Oui")
        assert offered.person.phone == "+32470123456"
        assert [offset.days for offset in offered.policy.offsets] == [7, 30]

    async def test_i1_the_answer_says_nothing_of_an_account(self, world: Any) -> None:
        office = await world.office()
        first, second = await world.dossier(office), await world.dossier(office)
        _, known = await world.granted(office, first, first.holder_id)

        unknown = await office.accountant.made(second.path + "/grants", offer_to(second.holder_id))

        assert known.keys() == unknown.keys()
        assert (known["state"], known["etag"]) == (unknown["state"], unknown["etag"]) == ("offered", '"1"')

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"email": "not an address"}, "email"),
            ({"phone": "0470 12 34 56"}, "phone"),
            ({"phone": ""}, "phone"),
            ({"contact_confirmed": False}, "contact_confirmed"),
        ],
    )
    async def test_a3_wrong_contact_data_name_field_and_rule(
        self, world: Any, changes: dict[str, Any], field: str
    ) -> None:
        office = await world.office()
        dossier = await world.dossier(office)

        answer = await office.accountant.post(dossier.path + "/grants", offer_to(dossier.holder_id) | changes)

        assert answer.status_code == 422
        assert [(error["field"], error["rule"]) for error in answer.json()["errors"]] == [(field, "A3")]

    async def test_a3_somebody_without_address_or_phone_is_not_granted(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        body = {"given_name": "Tom", "family_name": "Dupont", "relationship": "child"}
        person = await office.accountant.made(dossier.path + "/people", body)

        answer = await office.accountant.post(dossier.path + "/grants", offer_to(person["id"]))

        assert answer.status_code == 422
        assert [error["field"] for error in answer.json()["errors"]] == ["email", "phone"]

    async def test_contact_data_given_with_the_grant_are_kept_in_the_tree(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        contact = {"email": " Tom@EXAMPLE.com ", "phone": "+32 470 99 88 77"}

        await office.accountant.made(dossier.path + "/grants", offer_to(dossier.child_id, **contact))

        (offered,) = await world.harness.said(GrantOffered)
        assert (offered.person.email, offered.person.phone) == ("tom@example.com", "+32470998877")
        people = (await office.accountant.get(dossier.path + "/rights")).json()["people"]
        assert people[1]["email"] == "tom@example.com"

    async def test_a10_a_second_live_grant_is_refused_and_a_dead_one_blocks_nothing(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        grant = await office.accountant.made(dossier.path + "/grants", offer_to(dossier.child_id))

        again = await office.accountant.post(dossier.path + "/grants", offer_to(dossier.child_id))
        await office.accountant.post(f"{dossier.path}/grants/{grant['id']}/withdraw")
        anew = await office.accountant.post(dossier.path + "/grants", offer_to(dossier.child_id, "read"))

        assert (again.status_code, again.json()["rule"]) == (409, "A10")
        assert anew.status_code == 201

    @pytest.mark.parametrize("spelling", ["LEA@exämple.com", " lea@xn--exmple-cua.com"])
    async def test_i2_one_address_is_one_person_of_the_dossier(self, world: Any, spelling: str) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        await office.accountant.made(dossier.path + "/grants", offer_to(dossier.holder_id, email="lea@exämple.com"))

        answer = await office.accountant.post(dossier.path + "/grants", offer_to(dossier.child_id, email=spelling))

        assert (answer.status_code, answer.json()["code"], answer.json()["rule"]) == (409, "address_in_use", "I2")

    async def test_a3_ice_beside_alice_is_another_address(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        await office.accountant.made(dossier.path + "/grants", offer_to(dossier.holder_id, email="alice@example.com"))

        await office.accountant.made(dossier.path + "/grants", offer_to(dossier.child_id, email="ice@example.com"))

        said = await world.harness.said(GrantOffered)
        assert [event.person.email for event in said] == ["alice@example.com", "ice@example.com"]

    async def test_two_concurrent_offers_to_one_person_make_one_live_grant(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)

        answers = await asyncio.gather(
            *(office.accountant.post(dossier.path + "/grants", offer_to(dossier.child_id)) for _ in range(6))
        )

        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]
        assert len(await world.harness.said(GrantOffered)) == 1

    async def test_fifty_equal_posts_with_one_key_make_one_grant_and_one_answer(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        body = offer_to(dossier.child_id)

        answers = await asyncio.gather(
            *(office.accountant.post(dossier.path + "/grants", body, Idempotency_Key="k-1") for _ in range(50))
        )

        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.text for answer in answers}) == 1
        assert len(await world.harness.said(GrantOffered)) == 1

    async def test_a_key_used_with_another_body_is_refused(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        await office.accountant.post(dossier.path + "/grants", offer_to(dossier.child_id), Idempotency_Key="k-1")

        answer = await office.accountant.post(
            dossier.path + "/grants", offer_to(dossier.child_id, "read"), Idempotency_Key="k-1"
        )

        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")

    async def test_i1_grants_to_new_addresses_are_limited(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        answers = []
        for number in range(21):
            grant = offer_to(dossier.child_id, email=f"child{number}@example.com")
            answer = await office.accountant.post(dossier.path + "/grants", grant)
            answers.append(answer)
            await office.accountant.post(f"{dossier.path}/grants/{answer.json().get('id', new_id())}/withdraw")

        assert {answer.status_code for answer in answers[:20]} == {201}
        assert (answers[20].status_code, answers[20].json()["rule"]) == (429, "I1")
        assert int(answers[20].headers["retry-after"]) > 0

        known = await office.accountant.post(
            dossier.path + "/grants", offer_to(dossier.child_id, email="child0@example.com")
        )
        assert known.status_code == 201


class TestChanging:
    async def test_a_changed_right_counts_at_once_and_is_told(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        child, grant = await world.granted(office, dossier, dossier.child_id, "read")
        path = f"{dossier.path}/grants/{grant['id']}"

        answer = await office.accountant.call("PATCH", path, {"right": "write"}, If_Match='"2"')

        assert (answer.status_code, answer.json()["right"], answer.headers["etag"]) == (200, "write", '"3"')
        (changed,) = await world.harness.said(GrantChanged)
        assert (changed.previous_right, changed.right, changed.account_id) == ("read", "write", child.account_id)

    async def test_a_stale_or_missing_if_match_changes_nothing(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        _, grant = await world.granted(office, dossier, dossier.child_id, "read")
        path = f"{dossier.path}/grants/{grant['id']}"

        stale = await office.accountant.call("PATCH", path, {"right": "write"}, If_Match='"1"')
        missing = await office.accountant.call("PATCH", path, {"right": "write"})

        assert (stale.status_code, missing.status_code) == (412, 428)
        assert await world.harness.said(GrantChanged) == []

    async def test_the_same_right_again_changes_nothing(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        grant = await office.accountant.made(dossier.path + "/grants", offer_to(dossier.child_id))
        path = f"{dossier.path}/grants/{grant['id']}"

        answer = await office.accountant.call("PATCH", path, {"right": "write"}, If_Match='"1"')

        assert (answer.status_code, answer.headers["etag"]) == (200, '"1"')
        assert await world.harness.said(GrantChanged) == []

    async def test_a10_a_withdrawn_grant_is_not_changed(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        grant = await office.accountant.made(dossier.path + "/grants", offer_to(dossier.child_id, "read"))
        path = f"{dossier.path}/grants/{grant['id']}"
        await office.accountant.post(path + "/withdraw")

        answer = await office.accountant.call("PATCH", path, {"right": "write"}, If_Match="*")

        assert (answer.status_code, answer.json()["rule"]) == (409, "A10")


class TestWithdrawing:
    async def test_a_withdrawn_right_opens_nothing_from_that_moment(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        child, grant = await world.granted(office, dossier, dossier.child_id)
        before = await child.get(dossier.path)

        answer = await office.accountant.post(f"{dossier.path}/grants/{grant['id']}/withdraw", {"reason": "wrong"})
        after = await child.get(dossier.path)

        assert (before.status_code, answer.status_code, after.status_code) == (200, 200, 404)
        assert answer.json()["state"] == "withdrawn"
        (withdrawn,) = await world.harness.said(GrantWithdrawn)
        assert withdrawn.account_id == child.account_id

    async def test_withdrawing_twice_says_it_once(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        grant = await office.accountant.made(dossier.path + "/grants", offer_to(dossier.child_id))
        path = f"{dossier.path}/grants/{grant['id']}/withdraw"

        answers = await asyncio.gather(*(office.accountant.post(path) for _ in range(5)))

        assert {(answer.status_code, answer.json()["state"]) for answer in answers} == {(200, "withdrawn")}
        assert len(await world.harness.said(GrantWithdrawn)) == 1

    async def test_i12_a_withdrawal_beside_an_activation_ends_withdrawn_with_one_event_each(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        grant = await office.accountant.made(dossier.path + "/grants", offer_to(dossier.child_id))
        account = new_id()
        await world.told(world.linked(grant["id"], account))

        await asyncio.gather(
            office.accountant.post(f"{dossier.path}/grants/{grant['id']}/withdraw"),
            world.told(world.activated(account)),
        )

        assert await world.grant_state(grant["id"]) == "withdrawn"
        assert len(await world.harness.said(GrantWithdrawn)) == 1
        assert len(await world.harness.said(GrantActivated)) <= 1
        (row,) = await world.rows("SELECT activated_at FROM access_grant WHERE id = :id", id=UUID(grant["id"]))
        assert (row["activated_at"] is not None) is (len(await world.harness.said(GrantActivated)) == 1)
