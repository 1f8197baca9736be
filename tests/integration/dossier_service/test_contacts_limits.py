"""Limits of a contact's access (A9): refused when they are none, and held at every request, from wherever it comes."""

from typing import Any

import pytest

SAVED = {"contact_confirmed": True}
LIMITED = ["203.0.113.7", "10.0.0.0/8", "2001:db8:1::/48", "::ffff:198.51.100.0/120"]
WITHIN = ["203.0.113.7", "10.1.2.3", "::ffff:203.0.113.7", "2001:db8:1::5", "198.51.100.9", "[2001:DB8:1::5]:443"]
BEYOND = ["203.0.113.8", "11.0.0.1", "::ffff:11.0.0.1", "2001:db8:2::5", "127.0.0.1", "123.542.654.785", "unknown", ""]


def refusal(answer: Any) -> tuple[int, str, str]:
    return answer.status_code, answer.json()["code"], answer.json()["rule"]


def fields(answer: Any) -> list[tuple[str, str]]:
    return [(error["field"], error["rule"]) for error in answer.json()["errors"]]


@pytest.fixture
async def mireille(company: Any) -> Any:
    """The contact, who may open the dossier from some addresses only."""
    return await company.joined(await company.contact(), networks=LIMITED)


async def test_a9_what_is_no_network_is_refused_and_named(world: Any, company: Any) -> None:
    access = await company.contact()
    await company.manager.made(access, SAVED)
    other = await company.contact(email="second@hervedavid.com")
    for typed in ("123.542.654.785", "10.0.0.7/24", "2001:db8::1/64", "0.0.0.0/33", "hervedavid.com", "", "fe80::1%\0"):
        body = {"networks": ["203.0.113.7", typed]}
        for answer in (
            await company.manager.post(other, {**SAVED, **body}),
            await company.manager.call("PATCH", access, body, If_Match="*"),
        ):
            assert (answer.status_code, fields(answer)) == (422, [("networks.1", "A9")]), typed

    assert await world.rows("SELECT id FROM access_grant WHERE networks <> '{}'") == []
    several = await company.manager.post(other, {**SAVED, "networks": ["x", "10.0.0.0/8", "10.0.0.7/24"]})
    assert fields(several) == [("networks.0", "A9"), ("networks.2", "A9")]
    assert "names a host" in several.json()["errors"][1]["detail"]


async def test_a9_a_limit_is_kept_in_one_spelling(company: Any) -> None:
    given = await company.manager.made(await company.contact(), {**SAVED, "networks": [" 10.0.0.0/8", *LIMITED]})

    assert given["networks"] == ["10.0.0.0/8", "198.51.100.0/24", "203.0.113.7", "2001:db8:1::/48"]


async def test_a9_the_limit_holds_at_every_request(company: Any, mireille: Any) -> None:
    paths = [company.dossier, company.dossier + "/sections/client-record", company.dossier + "/sections/reports"]
    question = {"dossier_id": company.dossier.rpartition("/")[2], "section": "reports", "action": "read"}
    for address in WITHIN:
        answers = [await mireille.call("GET", path, X_Forwarded_For=address) for path in paths]
        decision = (await mireille.post("/decisions", question, X_Forwarded_For=address)).json()
        mine = (await mireille.call("GET", "/my/dossiers", X_Forwarded_For=address)).json()["items"]

        assert [answer.status_code for answer in answers] == [200] * len(paths), address
        assert (decision["allowed"], len(mine)) == (True, 1), address
    for address in BEYOND:
        answers = [await mireille.call("GET", path, X_Forwarded_For=address) for path in paths]
        decision = (await mireille.post("/decisions", question, X_Forwarded_For=address)).json()

        assert {refusal(answer) for answer in answers} == {(403, "address_not_allowed", "A9")}, address
        assert (decision["allowed"], decision["why"]["rule"]) == (False, "A9"), address


async def test_a9_nobody_chooses_whence_they_come(company: Any, mireille: Any) -> None:
    """Of a header the part that the one trusted proxy wrote counts, however much stands before it."""
    spoofed = await mireille.call("GET", company.dossier, X_Forwarded_For="203.0.113.7, 192.0.2.1")
    inside = await mireille.call("GET", company.dossier, X_Forwarded_For="192.0.2.1, 203.0.113.7")

    assert refusal(spoofed) == (403, "address_not_allowed", "A9")
    assert inside.status_code == 200


async def test_a9_other_limits_count_with_the_next_request(company: Any, mireille: Any) -> None:
    contact_id = company.contact_path.rpartition("/")[2]
    access = f"{company.dossier}/contacts/{contact_id}/access"
    seen = []
    for networks in (LIMITED, ["192.0.2.0/24"], [], ["203.0.113.7"]):
        changed = await company.manager.call("PATCH", access, {"networks": networks}, If_Match="*")
        assert changed.status_code == 200, changed.text
        seen.append((await mireille.call("GET", company.dossier, X_Forwarded_For="192.0.2.1")).status_code)

    assert seen == [403, 200, 200, 403]


async def test_a9_a_system_asks_with_the_address_of_its_user(world: Any, company: Any, mireille: Any) -> None:
    question = {
        "account_id": str(mireille.account_id),
        "dossier_id": company.dossier.rpartition("/")[2],
        "section": "billing_account",
        "action": "read",
    }
    asked = [{**question, "client_address": one} for one in ("203.0.113.7", "::ffff:203.0.113.7", "192.0.2.1")]

    answer = await world.system().post("/decisions/batch", {"questions": [*asked, question]})

    assert [decision["allowed"] for decision in answer.json()["decisions"]] == [True, True, False, False]


async def test_a9_a_branch_is_one_of_the_firm_and_open(world: Any, company: Any) -> None:
    branches = f"/firms/{company.office.firm_id}/branches"
    branch, closed = [
        await company.office.administrator.made(branches, {"name": name}) for name in ("Actif Montréal", "Actif Québec")
    ]
    neighbour = await world.office("Cabinet Voisin")
    foreign = await neighbour.administrator.made(f"/firms/{neighbour.firm_id}/branches", {"name": "Mons"})
    access = await company.contact()
    await company.office.administrator.post(f"{branches}/{closed['id']}/close")
    refused = [
        await company.manager.post(access, {**SAVED, "branch_id": one})
        for one in (foreign["id"], str(company.office.firm_id), closed["id"])
    ]
    given = await company.manager.made(access, {**SAVED, "branch_id": branch["id"]})
    await company.office.administrator.post(f"{branches}/{branch['id']}/close")
    kept = await company.manager.call("PATCH", access, {"branch_id": branch["id"], "right": "read"}, If_Match="*")
    moved = await company.manager.call("PATCH", access, {"branch_id": closed["id"]}, If_Match="*")

    assert [fields(answer) for answer in refused] == [[("branch_id", "A9")]] * 3
    assert [answer.json()["code"] for answer in refused] == ["branch_unknown", "branch_unknown", "branch_closed"]
    assert refused[0].json()["detail"] == refused[1].json()["detail"]
    assert given["branch"] == {"id": branch["id"], "name": "Actif Montréal"}
    assert (kept.status_code, kept.json()["branch"], moved.json()["code"]) == (200, given["branch"], "branch_closed")
