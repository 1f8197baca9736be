"""A9: records belong to branches of the firm, and a contact limited to one sees the records of that branch only."""

from typing import Any

import pytest
from service_kit.ids import new_id

REPORTS = "/sections/reports"
BILLING = "/sections/billing-account"
REPORT = {"title": "Inventaire", "tool": "stock"}
INVOICE = {"issued_on": "2026-01-01", "due_on": "2026-01-31", "value": {"amount": "100", "currency": "CAD"}}


@pytest.fixture
async def office(world: Any) -> Any:
    return await world.office()


@pytest.fixture
async def branches(office: Any) -> list[str]:
    path = f"/firms/{office.firm_id}/branches"
    return [(await office.administrator.made(path, {"name": name}))["id"] for name in ("Montréal", "Québec")]


@pytest.fixture
async def company(office: Any, person: Any) -> dict[str, str]:
    """A company's dossier and a contact of the company."""
    firm = f"/firms/{office.firm_id}"
    body = {**person(), "kind": "company", "company_name": "Hervé David"}
    client = (await office.accountant.made(firm + "/clients", body))["id"]
    dossier = (await office.accountant.made(firm + "/dossiers", {"client_id": client}))["id"]
    named = {"name": "Mireille Couture", "email": f"{new_id()}@example.com"}
    contact = (await office.accountant.made(f"{firm}/clients/{client}/contacts", named))["id"]
    return {"path": f"/dossiers/{dossier}", "contact": contact}


async def let_in(world: Any, office: Any, company: dict[str, str], **limits: Any) -> Any:
    """The contact with an active access."""
    form = f"{company['path']}/contacts/{company['contact']}/access"
    access = await office.accountant.made(form, {"contact_confirmed": True, **limits})
    contact = world.somebody()
    await world.joins(access["grant"]["id"], contact)
    return contact


async def write_for(office: Any, company: dict[str, str], branches: list[Any]) -> dict[str, list[str]]:
    """A report and an invoice for each branch; their ids, in order."""
    path, accountant = company["path"], office.accountant
    ids: dict[str, list[str]] = {REPORTS + "/reports": [], BILLING + "/invoices": []}
    for number, branch in enumerate(branches):
        of_branch = {"branch_id": branch}
        report = await accountant.made(path + REPORTS + "/reports", {**REPORT, **of_branch})
        invoice = {**INVOICE, "number": str(number), **of_branch}
        ids[REPORTS + "/reports"].append(report["id"])
        ids[BILLING + "/invoices"].append((await accountant.made(path + BILLING + "/invoices", invoice))["id"])
    return ids


async def test_a9_a_limited_contact_sees_that_branch_only(
    world: Any, office: Any, branches: list[str], company: dict[str, str]
) -> None:
    contact, path = await let_in(world, office, company, branch_id=branches[0]), company["path"]
    ids = await write_for(office, company, [*branches, None])

    reports = (await contact.get(path + REPORTS)).json()["items"]
    account = (await contact.get(path + BILLING)).json()
    answers = {
        (collection, place, tail): (await contact.get(f"{path}{collection}/{one}{tail}")).status_code
        for collection, three in ids.items()
        for place, one in enumerate(three)
        for tail in ("", "/history")
    }

    assert [report["branch_id"] for report in reports] == [branches[0]]
    assert [invoice["number"] for invoice in account["invoices"]["items"]] == ["0"]
    assert [balance["invoiced"] for balance in account["balances"]] == ["100.00"]
    assert answers == {key: 200 if key[1] == 0 else 404 for key in answers}


async def test_a9_a_contact_without_a_limit_sees_every_branch(
    world: Any, office: Any, branches: list[str], company: dict[str, str]
) -> None:
    contact = await let_in(world, office, company)
    await write_for(office, company, [*branches, None])

    assert len((await contact.get(company["path"] + REPORTS)).json()["items"]) == 3
    assert (await contact.get(company["path"] + BILLING)).json()["balances"][0]["invoiced"] == "300.00"


async def test_a9_a_record_that_moves_to_another_branch_takes_its_past_along_no_further(
    world: Any, office: Any, branches: list[str], company: dict[str, str]
) -> None:
    contact, path = await let_in(world, office, company, branch_id=branches[0]), company["path"]
    report = await office.accountant.made(path + REPORTS + "/reports", {**REPORT, "branch_id": branches[0]})
    one = f"{path}{REPORTS}/reports/{report['id']}"

    await office.accountant.call("PUT", one, {**REPORT, "title": "Ailleurs", "branch_id": branches[1]}, If_Match="*")

    assert (await contact.get(one)).status_code == 404
    history = (await contact.get(one + "/history")).json()["items"]
    assert [version["content"]["title"] for version in history] == ["Inventaire"]


async def test_a9_a_record_belongs_to_an_open_branch_of_the_own_firm(
    world: Any, office: Any, branches: list[str], company: dict[str, str]
) -> None:
    other, accountant = await world.office("Cabinet Voisin"), office.accountant
    foreign = (await other.administrator.made(f"/firms/{other.firm_id}/branches", {"name": "Lyon"}))["id"]
    reports = company["path"] + REPORTS + "/reports"
    report = await accountant.made(reports, {**REPORT, "branch_id": branches[0]})
    await office.administrator.post(f"/firms/{office.firm_id}/branches/{branches[0]}/close")

    refused = [await accountant.post(reports, {**REPORT, "branch_id": one}) for one in (foreign, str(new_id()))]
    closed = await accountant.post(reports, {**REPORT, "branch_id": branches[0]})
    body = {**REPORT, "title": "Corrigé", "branch_id": branches[0]}
    kept = await accountant.call("PUT", f"{reports}/{report['id']}", body, If_Match="*")

    told = [answer.json()["errors"][0] for answer in (*refused, closed)]
    assert {answer.status_code for answer in (*refused, closed)} == {422}
    assert [(one["field"], one["code"], one["rule"]) for one in told] == [
        ("branch_id", "branch_unknown", "A9"),
        ("branch_id", "branch_unknown", "A9"),
        ("branch_id", "branch_closed", "A9"),
    ]
    assert kept.status_code == 200


async def test_a9_a_limited_contact_sees_no_version_of_the_company_from_another_branch(
    world: Any, office: Any, branches: list[str], company: dict[str, str]
) -> None:
    record, (here, there) = company["path"] + "/sections/client-record", branches
    for branch in (there, here):
        answer = await office.accountant.call("PATCH", record, {"branch_id": branch}, If_Match="*")
        assert answer.status_code == 200, answer.text
    limited = await let_in(world, office, company, branch_id=here)

    seen, whole = [(await who.get(record + "/history")).json()["items"] for who in (limited, office.accountant)]

    assert [one["content"]["branch_id"] for one in seen] == [here, None]
    assert [one["content"]["branch_id"] for one in whole] == [here, there, None]
