"""A13: another firm's object answers exactly like one that does not exist; A14: so does a colleague's dossier."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from dossier_service.bootstrap import SERVICE
from dossier_service.edge.routing import PREFIX as API
from fastapi.routing import APIRoute
from service_kit.ids import new_id


def told(answer: Any) -> Any:
    """The answer without what differs in every answer."""
    body = answer.json()
    body.pop("correlation_id")
    return answer.status_code, body


# Method, path and body; {d} is a dossier, {p} a person and {g} a grant of it, {f} its firm, {a} an account seen there.
PATHS: list[tuple[str, str, Any]] = [
    ("GET", "/dossiers/{d}", None),
    ("PATCH", "/dossiers/{d}", {"modules": []}),
    ("POST", "/dossiers/{d}/close", {"access": "ended", "reason": "x"}),
    ("POST", "/dossiers/{d}/reopen", {"reason": "x"}),
    ("GET", "/dossiers/{d}/rights", None),
    ("GET", "/dossiers/{d}/journal", None),
    ("POST", "/dossiers/{d}/people", {"given_name": "A", "family_name": "B", "relationship": "child"}),
    ("PATCH", "/dossiers/{d}/people/{p}", {"given_name": "A"}),
    ("DELETE", "/dossiers/{d}/people/{p}", None),
    ("PUT", "/dossiers/{d}/people/{p}/death", {"deceased_on": "2026-01-01"}),
    ("DELETE", "/dossiers/{d}/people/{p}/death", None),
    ("GET", "/dossiers/{d}/advisers", None),
    ("POST", "/dossiers/{d}/advisers", {"kind": "notary", "given_name": "A", "family_name": "B"}),
    ("PATCH", "/dossiers/{d}/advisers/{p}", {"kind": "other"}),
    ("DELETE", "/dossiers/{d}/advisers/{p}", None),
    ("POST", "/dossiers/{d}/grants", {"person_id": "{p}", "right": "read", "contact_confirmed": True}),
    ("PATCH", "/dossiers/{d}/grants/{g}", {"right": "read"}),
    ("POST", "/dossiers/{d}/grants/{g}/withdraw", None),
    ("PUT", "/dossiers/{d}/team/{m}", None),
    ("DELETE", "/dossiers/{d}/team/{m}", None),
    ("PUT", "/dossiers/{d}/manager", {"membership_id": "{m}", "reason": "x"}),
    ("GET", "/dossiers/{d}/sections/family-structure", None),
    ("PUT", "/dossiers/{d}/sections/family-structure", {"note": "x"}),
    ("GET", "/dossiers/{d}/sections/asset-inventory", None),
    (
        "POST",
        "/dossiers/{d}/sections/asset-inventory/assets",
        {"kind": "other", "description": "x", "value": {"amount": "1", "currency": "EUR"}},
    ),
    ("GET", "/firms/{f}/staff", None),
    ("GET", "/firms/{f}/staff/{m}", None),
    ("PATCH", "/firms/{f}/staff/{m}", {"role": "administrator"}),
    ("PATCH", "/firms/{f}/staff/me", {"notices": "daily"}),
    ("POST", "/firms/{f}/staff/{m}/removal", {"reason": "x"}),
    ("POST", "/firms/{f}/staff/{m}/resend", None),
    ("POST", "/firms/{f}/staff/{m}/handover", {"membership_id": "{m}", "reason": "x"}),
    ("GET", "/firms/{f}/settings", None),
    ("PATCH", "/firms/{f}/settings", {"name": "x"}),
    ("GET", "/firms/{f}/logo", None),
    ("DELETE", "/firms/{f}/logo", None),
    ("GET", "/firms/{f}/portal-users", None),
    ("GET", "/firms/{f}/portal-users/{a}", None),
    ("POST", "/firms/{f}/portal-users/{a}/deactivation", {"reason": "x"}),
    ("POST", "/firms/{f}/portal-users/{a}/reactivation", None),
    ("GET", "/firms/{f}/clients", None),
    ("GET", "/firms/{f}/clients/{c}", None),
    ("PATCH", "/firms/{f}/clients/{c}", {"type": "x"}),
    ("GET", "/firms/{f}/clients/{c}/history", None),
    ("GET", "/dossiers/{d}/sections/client-record", None),
    ("PATCH", "/dossiers/{d}/sections/client-record", {"type": "x"}),
    ("GET", "/dossiers/{d}/sections/client-record/history", None),
    ("GET", "/dossiers/{d}/sections/client-record/people/{p}", None),
    ("PUT", "/dossiers/{d}/sections/client-record/people/{p}", {"note": "x"}),
    ("GET", "/dossiers/{d}/sections/client-record/people/{p}/history", None),
    ("GET", "/firms/{f}/dossiers", None),
    ("POST", "/firms/{f}/clients", {"given_name": "A", "family_name": "B", "email": "a@b.example", "language": "fr"}),
    ("POST", "/firms/{f}/dossiers", {"client_id": "{c}"}),
    (
        "POST",
        "/firms/{f}/portals",
        {
            "analysis": "individual",
            "holder": {
                "given_name": "A",
                "family_name": "B",
                "email": "a@b.example",
                "phone": "+32470123456",
                "language": "fr",
            },
            "contact_confirmed": True,
        },
    ),
    (
        "POST",
        "/firms/{f}/staff",
        {"given_name": "A", "family_name": "B", "email": "a@b.example", "phone": "+32470123456"},
    ),
]


def filled(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: filled(part, ids) for name, part in value.items()}
    return value.format_map(ids) if isinstance(value, str) else value


@pytest.fixture
async def theirs(world: Any) -> Any:
    """Another firm's office and the ids of everything in it."""
    office = await world.office("Cabinet Voisin")
    dossier = await world.dossier(office)
    child, grant = await world.granted(office, dossier, dossier.child_id)
    ids = {
        "a": str(child.account_id),
        "d": dossier.id,
        "p": dossier.child_id,
        "g": grant["id"],
        "m": office.accountant_id,
        "f": str(office.firm_id),
        "c": dossier.client_id,
    }
    return office, ids


async def test_a13_every_path_answers_for_a_foreign_id_as_for_an_unknown_one(world: Any, theirs: Any) -> None:
    _, foreign = theirs
    ours = await world.office()
    unknown = {name: str(new_id()) for name in foreign}
    for caller in (ours.accountant, ours.administrator, world.somebody()):
        for method, path, body in PATHS:
            answers = [
                told(await caller.call(method, path.format_map(ids), filled(body, ids), If_Match="*"))
                for ids in (foreign, unknown)
            ]

            assert answers[0] == answers[1], f"{method} {path}"
            assert answers[0][0] == 404, f"{method} {path}: {answers[0]}"
            assert answers[0][1]["rule"] == "A13"


_LETTERS = {"dossier_id": "d", "firm_id": "f", "client_id": "c", "person_id": "p", "grant_id": "g", "account_id": "a"}
ROUTES = sorted(
    (method, route.path)
    for router in SERVICE.routers
    for route in router.routes
    if isinstance(route, APIRoute) and {"dossier_id", "firm_id"} & set(re.findall(r"{(\w+)}", route.path))
    for method in route.methods
)


async def test_a13_not_one_route_tells_a_foreign_id_from_an_unknown_one(world: Any, theirs: Any) -> None:
    """Whatever routes there are, with or without a body that means anything; reading is always 404."""
    _, foreign = theirs
    ours = await world.office()
    unknown = {name: str(new_id()) for name in foreign}
    query = {"at": "2026-01-01T00:00:00Z", "to": "1"}
    for method, template in ROUTES:
        answers = []
        for ids in (foreign, unknown):
            values = {name: ids.get(_LETTERS.get(name, ""), "1") for name in re.findall(r"{(\w+)}", template)}
            values |= {name: unknown["m"] for name in values if name not in _LETTERS and name != "version"}
            path = template.removeprefix(API).format_map(values)
            asked = path + "?" + urlencode(query) if method == "GET" else path
            answers.append(told(await ours.administrator.call(method, asked, None if method == "GET" else {})))

        assert answers[0] == answers[1], f"{method} {template}"
        assert answers[0][0] in ({404} if method in {"GET", "DELETE"} else {404, 422, 428}), f"{method} {template}"


async def test_a13_foreign_ids_inside_the_own_firm_are_unknown(world: Any, theirs: Any) -> None:
    _, foreign = theirs
    ours = await world.office()
    unknown = {name: str(new_id()) for name in foreign}
    inside = [
        ("GET", "/staff/{m}", None),
        ("PATCH", "/staff/{m}", {"role": "administrator"}),
        ("POST", "/staff/{m}/removal", {"reason": "x"}),
        ("POST", "/staff/{m}/resend", None),
        ("GET", "/portal-users/{a}", None),
        ("POST", "/portal-users/{a}/deactivation", {"reason": "x"}),
        ("POST", "/portal-users/{a}/reactivation", None),
    ]
    for method, path, body in inside:
        answers = [
            told(
                await ours.administrator.call(
                    method, f"/firms/{ours.firm_id}" + path.format_map(ids), body, If_Match="*"
                )
            )
            for ids in (foreign, unknown)
        ]

        assert answers[0] == answers[1], f"{method} {path}"
        assert answers[0][0] == 404, f"{method} {path}: {answers[0]}"


async def test_a13_foreign_ids_inside_an_own_dossier_are_unknown(world: Any, theirs: Any) -> None:
    _, foreign = theirs
    ours = await world.office()
    dossier = await world.dossier(ours)
    unknown = {name: str(new_id()) for name in foreign}
    inside = [
        ("PATCH", "/people/{p}", {"given_name": "A"}),
        ("DELETE", "/people/{p}", None),
        ("PUT", "/people/{p}/death", {"deceased_on": "2026-01-01"}),
        ("DELETE", "/people/{p}/death", None),
        ("PATCH", "/advisers/{p}", {"kind": "other"}),
        ("DELETE", "/advisers/{p}", None),
        ("POST", "/grants", {"person_id": "{p}", "right": "read", "contact_confirmed": True}),
        ("PATCH", "/grants/{g}", {"right": "read"}),
        ("POST", "/grants/{g}/withdraw", None),
        ("PUT", "/team/{m}", None),
        ("PUT", "/manager", {"membership_id": "{m}", "reason": "x"}),
        ("POST", "/people", {"given_name": "A", "family_name": "B", "relationship": "child", "related_to": "{p}"}),
    ]
    for method, path, body in inside:
        answers = [
            told(
                await ours.accountant.call(method, dossier.path + path.format_map(ids), filled(body, ids), If_Match="*")
            )
            for ids in (foreign, unknown)
        ]

        assert answers[0] == answers[1], f"{method} {path}"
        assert answers[0][0] in {404, 422}, f"{method} {path}: {answers[0]}"


async def test_a13_a_foreign_client_opens_no_dossier(world: Any, theirs: Any) -> None:
    _, foreign = theirs
    ours = await world.office()

    answers = [
        told(await ours.accountant.post(f"/firms/{ours.firm_id}/dossiers", {"client_id": client}))
        for client in (foreign["c"], str(new_id()))
    ]

    assert answers[0] == answers[1]
    assert answers[0][0] == 404


async def test_a14_a_colleague_outside_the_team_meets_nothing(world: Any) -> None:
    office = await world.office()
    dossier = await world.dossier(office)
    colleague, _ = await world.colleague(office.firm_id, office.administrator)

    assert (await colleague.get(dossier.path)).status_code == 404
    for listed in ("/clients", "/dossiers"):
        assert (await colleague.get(f"/firms/{office.firm_id}{listed}")).json()["items"] == []
    opened = await colleague.post(f"/firms/{office.firm_id}/dossiers", {"client_id": dossier.client_id})
    assert opened.status_code == 404


async def test_a13_one_person_with_dossiers_at_two_firms_sees_each_under_its_own_name(world: Any, theirs: Any) -> None:
    their_office, _ = theirs
    ours = await world.office("Cabinet Nôtre")
    person = world.somebody()
    for office in (their_office, ours):
        dossier = await world.dossier(office)
        body = {"person_id": dossier.holder_id, "right": "write", "contact_confirmed": True}
        grant = await office.accountant.made(dossier.path + "/grants", body)
        await world.joins(grant["id"], person)

    mine = (await person.get("/my/dossiers")).json()["items"]

    assert [item["firm"]["name"] for item in mine] == ["Cabinet Voisin", "Cabinet Nôtre"]
    assert [(item["party"], item["right"], item["state"]) for item in mine] == [("holder", "write", "open")] * 2
