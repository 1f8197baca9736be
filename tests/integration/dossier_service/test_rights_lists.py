"""The rights page's three lists (A15), and how little of them a holder sees (A2, A12)."""

from dataclasses import replace
from typing import Any

import pytest
from event_contracts.identity import AccountState
from service_kit.ids import new_id

NOTARY = {"kind": "notary", "given_name": "Nicole", "family_name": "Notaire", "organisation": "Étude Notaire"}
REACHED = {"email": "nicole@etude.example", "phone": "+32470555555"}


class Page:
    """A dossier with a tree and an adviser, and its rights page."""

    def __init__(self, world: Any, office: Any, dossier: Any) -> None:
        self.world, self.office, self.dossier, self.manager = world, office, dossier, office.accountant
        self.path = dossier.path

    async def grant(self, person_id: str, who: Any = None, **changes: Any) -> str:
        body = {"person_id": person_id, "right": "read", "contact_confirmed": True, **changes}
        return str((await (who or self.manager).made(self.path + "/grants", body))["id"])

    async def seen_by(self, who: Any) -> dict[str, Any]:
        answer = await who.get(self.path + "/rights")
        assert answer.status_code == 200, answer.text
        seen: dict[str, Any] = answer.json()
        return seen


@pytest.fixture
async def page(world: Any) -> Page:
    office = await world.office()
    return Page(world, office, await world.dossier(office))


async def test_a15_the_tree_and_registered_advisers_are_listed_with_or_without_a_right(world: Any, page: Page) -> None:
    without = await page.manager.made(page.path + "/advisers", {**NOTARY, "kind": "lawyer"})
    notary = await page.manager.made(page.path + "/advisers", {**NOTARY, **REACHED})
    await page.grant(notary["id"])

    seen = await page.seen_by(page.manager)

    assert [(one["role"], one["entered_by"], one["grant"]) for one in seen["people"]] == [
        ("holder", "staff", None),
        ("family", "staff", None),
    ]
    assert [(one["id"], one["kind"], one["grant"] is None) for one in seen["advisers"]] == [
        (without["id"], "lawyer", True),
        (notary["id"], "notary", False),
    ]
    listed = seen["advisers"][1]
    assert (listed["organisation"], listed["email"], listed["grant"]["state"]) == (
        "Étude Notaire",
        "nicole@etude.example",
        "offered",
    )
    assert (seen["contacts"], listed["grant"]["resend"]["possible"]) == ([], True)


async def test_a9_a15_contacts_are_listed_with_their_limits_and_branch(world: Any, page: Page, person: Any) -> None:
    firm = f"/firms/{page.office.firm_id}"
    company = person(kind="company", company_name="Dupont SA", code="8005551")
    client = await page.manager.made(firm + "/clients", company)
    dossier = await page.manager.made(firm + "/dossiers", {"client_id": client["id"]})
    page.path = f"/dossiers/{dossier['id']}"
    contacts = f"{firm}/clients/{client['id']}/contacts"
    reached = {"email": "cl@dupont.example", "mobile": "+32470111111", "title": "CFO", "department": "Finance"}
    limited = await page.manager.made(contacts, {"name": "Claire Couture", **reached})
    await page.manager.made(contacts, {"name": "Colin Caisse"})
    branch = await page.office.administrator.made(firm + "/branches", {"name": "Namur"})
    access = {"networks": ["203.0.113.0/24"], "branch_id": branch["id"], "contact_confirmed": True}
    await page.manager.made(f"{page.path}/contacts/{limited['id']}/access", access)

    seen = await page.seen_by(page.manager)

    assert (seen["people"], seen["advisers"]) == ([], [])
    first, second = seen["contacts"]
    assert (first["contact_id"], first["name"], first["title"], first["department"]) == (
        limited["id"],
        "Claire Couture",
        "CFO",
        "Finance",
    )
    assert (first["networks"], first["branch"]["id"], first["branch"]["name"]) == (
        ["203.0.113.0/24"],
        branch["id"],
        "Namur",
    )
    assert (first["grant"]["state"], first["grant"]["offered_to"]) == ("offered", "cl@dupont.example")
    assert (second["name"], second["person_id"], second["grant"], second["networks"]) == (
        "Colin Caisse",
        None,
        None,
        [],
    )


async def test_a12_contacts_who_were_never_let_in_are_not_shown_to_a_holder(
    world: Any, page: Page, person: Any
) -> None:
    firm = f"/firms/{page.office.firm_id}"
    client = await page.manager.made(firm + "/clients", person(kind="company", company_name="Dupont SA"))
    await page.manager.made(f"{firm}/clients/{client['id']}/contacts", {"name": "Colin Caisse"})
    owner = {"given_name": "Olga", "family_name": "Owner", **REACHED}
    opened = await page.manager.made(firm + "/dossiers", {"client_id": client["id"], "holder": owner})
    page.path = f"/dossiers/{opened['id']}"
    (holder,) = (await page.seen_by(page.manager))["people"]
    dossier = replace(page.dossier, id=opened["id"], path=page.path)
    olga, _ = await world.granted(page.office, dossier, holder["id"])

    assert [one["name"] for one in (await page.seen_by(page.manager))["contacts"]] == ["Colin Caisse"]
    assert (await page.seen_by(olga))["contacts"] == []


async def test_a11_contact_data_corrected_while_granting_are_written_down(world: Any, page: Page) -> None:
    await page.grant(page.dossier.child_id, email="other@example.com", phone="+32470123999")

    entries = (await page.manager.get(page.path + "/journal")).json()["items"]

    changed = next(entry for entry in entries if entry["action"] == "person_changed")
    assert (changed["subject_id"], changed["rule"], changed["details"]) == (
        page.dossier.child_id,
        "A3",
        {"fields": "email,phone"},
    )


async def test_i3_the_wished_user_name_is_shown_until_the_account_has_one(world: Any, page: Page) -> None:
    grant_id = await page.grant(page.dossier.child_id, user_name="leading.lea")

    wished = (await page.seen_by(page.manager))["people"][1]["grant"]["user_name"]
    await world.told(world.linked(grant_id, new_id(), AccountState.PENDING))
    own = (await page.seen_by(page.manager))["people"][1]["grant"]["user_name"]

    assert (wished, own) == ("leading.lea", "lea.dupont")


HIDDEN = {
    "offered_to",
    "account_state",
    "user_name",
    "invitation",
    "last_mail",
    "withheld_mail",
    "undeliverable",
    "deactivated",
    "deactivation_reason",
    "resend",
    "lapses_at",
    "next_reminder_at",
}


async def test_a2_a12_a_holder_sees_every_right_and_contact_data_of_family_only(
    world: Any, page: Page, person: Any
) -> None:
    holder, _ = await world.granted(page.office, page.dossier, page.dossier.holder_id)
    spouse = await page.manager.made(page.path + "/people", person(role="co_holder", relationship="spouse"))
    await page.grant(spouse["id"])
    notary = await page.manager.made(page.path + "/advisers", {**NOTARY, **REACHED})
    await page.grant(notary["id"])
    await page.grant(page.dossier.child_id, holder)

    seen = await page.seen_by(holder)

    reached = {one["role"]: one["email"] is not None for one in seen["people"]}
    assert reached == {"holder": False, "family": True, "co_holder": False}
    (adviser,) = seen["advisers"]
    assert (adviser["family_name"], adviser["organisation"], adviser["email"]) == ("Notaire", "Étude Notaire", None)
    grants = {one["role"]: one["grant"] for one in seen["people"]} | {"adviser": adviser["grant"]}
    assert {role: (one["right"], one["state"], one["given_by_name"]) for role, one in grants.items()} == {
        "holder": ("write", "active", "Marc Manager"),
        "family": ("read", "offered", "Léa Dupont"),
        "co_holder": ("read", "offered", "Marc Manager"),
        "adviser": ("read", "offered", "Marc Manager"),
    }
    for role in ("holder", "co_holder", "adviser"):
        assert {name for name in grants[role] if grants[role][name] is None} >= HIDDEN, role
    assert (grants["family"]["resend"]["possible"], grants["family"]["offered_to"] is not None) == (True, True)


async def test_a1_a2_sending_again_is_possible_for_whoever_may(world: Any, page: Page) -> None:
    holder, _ = await world.granted(page.office, page.dossier, page.dossier.holder_id)
    helper, membership_id = await world.colleague(page.office.firm_id, page.office.administrator)
    await page.manager.call("PUT", f"{page.path}/team/{membership_id}")
    await page.grant(page.dossier.child_id)

    resend = {
        name: (await page.seen_by(who))["people"][1]["grant"]["resend"]
        for name, who in {"manager": page.manager, "helper": helper, "holder": holder}.items()
    }

    assert {name: (one["possible"], one["code"], one["rule"]) for name, one in resend.items()} == {
        "manager": (True, None, None),
        "helper": (False, "manager_only", "A1"),
        "holder": (False, "given_by_manager", "A2"),
    }


async def test_i11_the_staffs_reason_for_keeping_somebody_out_is_not_the_holders(world: Any, page: Page) -> None:
    holder, _ = await world.granted(page.office, page.dossier, page.dossier.holder_id)
    child, _ = await world.granted(page.office, page.dossier, page.dossier.child_id)
    path = f"/firms/{page.office.firm_id}/portal-users/{child.account_id}/deactivation"
    assert (await page.office.administrator.post(path, {"reason": "Suspicious"})).status_code < 300

    seen = [(await page.seen_by(who))["people"][1]["grant"] for who in (page.manager, holder)]

    assert [(one["deactivated"], one["deactivation_reason"]) for one in seen] == [(True, "Suspicious"), (True, None)]


async def test_the_page_takes_as_many_statements_with_advisers_and_for_a_holder(world: Any, page: Page) -> None:
    holder, _ = await world.granted(page.office, page.dossier, page.dossier.holder_id)
    for _ in range(5):
        await page.manager.made(page.path + "/advisers", NOTARY)

    with world.statements() as sent:
        assert len((await page.seen_by(holder))["advisers"]) == 5

    assert len(sent) == 3, sent
