"""Contact data of a contact with access are the manager's (A7): an offer moves with them, an owner is asked (I9)."""

import asyncio
from typing import Any

from event_contracts.dossier import GrantMoved
from event_contracts.firms import NoticeIssued

CODE = "8005551"
SAVED = {"contact_confirmed": True}


def refusal(answer: Any) -> tuple[int, str, str]:
    return answer.status_code, answer.json()["code"], answer.json()["rule"]


def fields(answer: Any) -> list[tuple[str, str]]:
    return [(error["field"], error["rule"]) for error in answer.json()["errors"]]


async def test_i9_a_corrected_address_moves_the_offer_with_its_limits(world: Any, company: Any) -> None:
    access = await company.contact()
    limits = {"networks": ["203.0.113.7"], "user_name": "mireille"}
    before = await company.manager.made(access, {**SAVED, **limits})
    correction = {"email": "m.couture@hervedavid.com", "mobile": None, "name": "Mireille Tremblay"}
    unconfirmed = await company.manager.call("PATCH", company.contact_path, correction, If_Match="*")
    confirmed = {**correction, "contact_confirmed": True}
    dry = await company.manager.call("PATCH", company.contact_path + "?dry_run=true", confirmed, If_Match='"1"')
    moved = await company.manager.call("PATCH", company.contact_path, confirmed, If_Match='"1"')
    (said,) = await world.harness.said(GrantMoved)
    after = await company.page(access)

    assert fields(unconfirmed) == [("contact_confirmed", "A3")]
    assert [mail["recipient"]["email"] for mail in dry.json()["mails"]] == ["m.couture@hervedavid.com"] * 2
    assert moved.status_code == 200, moved.text
    assert (str(said.previous_grant_id), said.person.email) == (before["grant"]["id"], "m.couture@hervedavid.com")
    assert (said.person.family_name, said.person.phone) == ("Tremblay", None)
    assert (said.client_code, said.user_name, said.role) == (CODE, "mireille", "client")
    assert (str(said.grant_id), after["networks"]) == (after["grant"]["id"], ["203.0.113.7"])


async def test_i9_the_owner_of_an_account_is_asked(world: Any, company: Any) -> None:
    contact = await company.joined(await company.contact())
    before = len(await world.harness.said(NoticeIssued))

    same = await company.manager.call("PATCH", company.contact_path, {"phone": "514 555 0199"}, If_Match="*")
    changed = await company.manager.call("PATCH", company.contact_path, {"mobile": "+15145550199"}, If_Match="*")
    gone = await company.manager.call("PATCH", company.contact_path, {"email": None}, If_Match="*")

    assert (same.status_code, changed.status_code) == (200, 200)
    assert fields(gone) == [("email", "A3")]
    (asked,) = (await world.harness.said(NoticeIssued))[before:]
    assert (asked.account_id, asked.lines[0].kind) == (contact.account_id, "contact_differs")


async def test_a7_with_a_grant_contact_data_are_the_managers_alone(world: Any, company: Any) -> None:
    access = await company.contact()
    helper, membership_id = await world.colleague(company.office.firm_id, company.office.administrator)
    await company.manager.call("PUT", f"{company.dossier}/team/{membership_id}")
    free = await helper.call("PATCH", company.contact_path, {"name": "Mireille Roy"}, If_Match="*")
    await company.manager.made(access, SAVED)
    refused = [
        await helper.call("PATCH", company.contact_path, change, If_Match="*")
        for change in ({"name": "x"}, {"email": "x@y.example"}, {"phone": "1"}, {"mobile": "2"}, {"language": "en"})
    ]
    still = await helper.call(
        "PATCH", company.contact_path, {"title": "Directrice", "name": "Mireille Roy"}, If_Match="*"
    )
    removal = await company.manager.call("DELETE", company.contact_path)
    grant = (await company.page(access))["grant"]
    await company.manager.post(f"{company.dossier}/grants/{grant['id']}/withdraw")
    removed = await company.manager.call("DELETE", company.contact_path)

    assert (free.status_code, still.status_code) == (200, 200)
    assert {refusal(answer) for answer in refused} == {(403, "manager_only", "A7")}
    assert refusal(removal) == (409, "person_has_grant", "A7")
    assert removed.status_code == 204
    assert (await company.manager.get(company.dossier + "/rights")).json()["contacts"] == []


async def test_a7_two_dossiers_of_a_company_rest_on_one_entry(world: Any, company: Any) -> None:
    access = await company.contact()
    firm = f"/firms/{company.office.firm_id}"
    second = await company.manager.made(firm + "/dossiers", {"client_id": company.client_id})
    other_access = access.replace(company.dossier, f"/dossiers/{second['id']}")
    await company.manager.made(access, SAVED)
    in_passing = await company.manager.post(other_access, {**SAVED, "email": "new@hervedavid.com"})
    await company.manager.made(other_access, SAVED)
    correction = {"email": "new@hervedavid.com", "contact_confirmed": True}
    moved = await company.manager.call("PATCH", company.contact_path, correction, If_Match="*")
    colleague, membership_id = await world.colleague(company.office.firm_id, company.office.administrator)
    body = {"membership_id": membership_id, "reason": "Congé"}
    await company.manager.call("PUT", f"/dossiers/{second['id']}/manager", body)
    half = [
        await who.call("PATCH", company.contact_path, {"email": "x@hervedavid.com", **SAVED}, If_Match="*")
        for who in (company.manager, colleague)
    ]

    assert refusal(in_passing) == (409, "contact_has_grant", "A7")
    assert moved.status_code == 200, moved.text
    assert [event.person.email for event in await world.harness.said(GrantMoved)] == ["new@hervedavid.com"] * 2
    assert {refusal(answer) for answer in half} == {(403, "manager_only", "A7")}


async def test_giving_correcting_and_removing_at_once_leave_one_truth(world: Any, company: Any) -> None:
    accesses = [await company.contact(email=f"c{number}@hervedavid.com") for number in range(6)]
    contacts = [f"{company.contacts}/{access.split('/')[-2]}" for access in accesses]
    calls = []
    for number, (access, contact) in enumerate(zip(accesses, contacts, strict=True)):
        calls.append(company.manager.post(access, SAVED))
        if number % 2:
            calls.append(company.manager.call("DELETE", contact))
        else:
            body = {**SAVED, "email": f"new{number}@hervedavid.com"}
            calls.append(company.manager.call("PATCH", contact, body, If_Match="*"))

    answers = await asyncio.gather(*calls)

    outcomes = {
        (answer.status_code, answer.json()["code"] if answer.status_code >= 400 else None) for answer in answers
    }
    allowed = {(201, None), (200, None), (204, None), (404, "not_found")}
    assert outcomes <= allowed | {(409, "contact_given_access"), (409, "person_has_grant")}
    rows = await world.rows("""
        SELECT c.email = p.email AND p.email = g.email AND c.removed_at IS NULL AS agree
        FROM access_grant g JOIN person p ON p.id = g.person_id JOIN contact c ON c.id = p.contact_id
        WHERE g.state = 'offered'
    """)
    assert all(row["agree"] for row in rows)
    assert len(rows) == sum(answer.status_code == 201 for answer in answers)
