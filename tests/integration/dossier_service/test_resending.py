"""Sign-in information sent again (K2, I7): by the manager, three times an hour, alike for everybody (I1)."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from event_contracts.dossier import SignInInformationRequested
from service_kit.testing.clock import set_app_now


@pytest.fixture
async def office(world: Any) -> Any:
    return await world.office()


@pytest.fixture
async def dossier(world: Any, office: Any) -> Any:
    return await world.dossier(office)


async def offered(office: Any, dossier: Any, **changes: Any) -> str:
    body = {"person_id": dossier.child_id, "right": "read", "contact_confirmed": True, **changes}
    grant = await office.accountant.made(dossier.path + "/grants", body)
    return f"{dossier.path}/grants/{grant['id']}"


async def test_k2_identity_is_asked_once_with_what_was_written(world: Any, office: Any, dossier: Any) -> None:
    path = await offered(office, dossier)

    answer = await office.accountant.post(path + "/resend", {"custom_text": "Encore une fois"})

    assert answer.status_code == 202, answer.text
    (asked,) = await world.harness.said(SignInInformationRequested)
    assert path.endswith(str(asked.offer_id))
    assert (asked.kind, asked.requested_by, asked.custom_text) == ("dossier", "Marc Manager", "Encore une fois")
    assert asked.firm.firm_id == office.firm_id
    (entry,) = await world.rows("SELECT rule FROM journal WHERE action = 'sign_in_information_resent'")
    assert entry["rule"] == "K2"


async def test_i1_the_answer_is_the_same_whether_there_is_an_account_or_not(
    world: Any, office: Any, dossier: Any
) -> None:
    new, pending = await offered(office, dossier), await offered(office, await world.dossier(office))
    await world.told(world.linked(pending.rsplit("/", 1)[1], world.somebody().account_id))

    answers = [await office.accountant.post(path + "/resend") for path in (new, pending)]

    first, second = (answer.json() for answer in answers)
    assert [answer.status_code for answer in answers] == [202, 202]
    assert first.keys() == second.keys()
    assert (first["state"], first["etag"]) == (second["state"], second["etag"])


async def test_i7_three_times_an_hour_per_person_and_firm(world: Any, office: Any, dossier: Any) -> None:
    first = await offered(office, dossier, email="lea@example.com")
    other = await offered(office, await world.dossier(office), email="LEA@example.com")
    foreign = await world.office("Cabinet Autre")
    elsewhere = await offered(foreign, await world.dossier(foreign), email="lea@example.com")

    await asyncio.gather(*(office.accountant.post(path + "/resend") for path in (first, other, first, other, first)))
    refused = await office.accountant.post(other + "/resend")
    foreign_answer = await foreign.accountant.post(elsewhere + "/resend")

    assert (refused.status_code, refused.json()["code"], refused.json()["rule"]) == (429, "too_many_resends", "I7")
    assert int(refused.headers["retry-after"]) > 0
    assert foreign_answer.status_code == 202
    assert len(await world.harness.said(SignInInformationRequested)) == 3 + 1

    await set_app_now(world.owner_url, timedelta(minutes=61))
    assert (await office.accountant.post(other + "/resend")).status_code == 202


async def test_a15_the_rights_page_says_whether_it_may_be_sent_again_and_why_not(
    world: Any, office: Any, dossier: Any
) -> None:
    path = await offered(office, dossier)
    seen = []
    for _ in range(4):
        people = (await office.accountant.get(dossier.path + "/rights")).json()["people"]
        seen.append(people[1]["grant"]["resend"])
        await office.accountant.post(path + "/resend")
    await office.accountant.post(path + "/withdraw")
    people = (await office.accountant.get(dossier.path + "/rights")).json()["people"]

    assert [one["possible"] for one in seen] == [True, True, True, False]
    assert (seen[3]["code"], seen[3]["rule"]) == ("too_many_resends", "I7")
    assert people[1]["grant"]["resend"]["code"] == "grant_ended"


async def test_a1_only_the_manager_sends_again_and_only_for_a_live_grant(world: Any, office: Any, dossier: Any) -> None:
    path = await offered(office, dossier)
    helper, membership_id = await world.colleague(office.firm_id, office.administrator)
    await office.accountant.call("PUT", f"{dossier.path}/team/{membership_id}")
    foreign = await world.office("Cabinet Autre")

    refused = [await who.post(path + "/resend") for who in (helper, office.administrator, foreign.accountant)]
    await office.accountant.post(path + "/withdraw")
    dead = await office.accountant.post(path + "/resend")

    assert [answer.status_code for answer in refused] == [403, 403, 404]
    assert refused[0].json()["rule"] == "A1"
    assert (dead.status_code, dead.json()["rule"]) == (409, "A10")
    assert await world.harness.said(SignInInformationRequested) == []


async def test_i11_nothing_is_sent_again_to_somebody_who_is_kept_out(world: Any, office: Any, dossier: Any) -> None:
    child, grant = await world.granted(office, dossier, dossier.child_id)
    body = {"reason": "Left the family business"}
    await office.administrator.post(f"/firms/{office.firm_id}/portal-users/{child.account_id}/deactivation", body)

    answer = await office.accountant.post(f"{dossier.path}/grants/{grant['id']}/resend")
    people = (await office.accountant.get(dossier.path + "/rights")).json()["people"]

    assert (answer.status_code, answer.json()["rule"]) == (409, "I11")
    assert (people[1]["grant"]["state"], people[1]["grant"]["deactivated"]) == ("active", True)
    assert people[1]["grant"]["deactivation_reason"] == "Left the family business"
    assert people[1]["grant"]["resend"]["code"] == "portal_user_deactivated"
