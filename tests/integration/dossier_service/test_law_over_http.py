"""A7 over HTTP: every role, right, section and action is answered as `GET /law` says, by decisions and by routes."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from dossier_service.access.domain import A7, MODULES, REASONS, STAFF_PARTIES, Action, Party, Section, cell_of
from event_contracts.people import Right
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from service_kit.ids import new_id
from sqlalchemy import text

STAFF = ("manager", "team")
OUTSIDE = ("holder", "co_holder", "family", "adviser", "client")
PLACES = [(party, right) for right in ("write", "read") for party in (*STAFF, *OUTSIDE)]
CLOSED = (None, "read_only", "ended")
TRIES = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

MONEY = {"amount": "10", "currency": "EUR"}
FAX = {"fax": "+32470123456"}
TOOL = {"title": "x", "tool": "x"}
ENTRY = {"description": "x", "value": MONEY, "frequency": "yearly"}


@dataclass(frozen=True)
class Request:
    """A request that does an action in a section; `passed` are its answers when the law allows it.

    `by`: whose own it is, where the limit is `own`.
    """

    section: str
    action: str
    method: str
    path: str
    body: Callable[[Mapping[str, str]], dict[str, Any]] | None = None
    passed: int | tuple[int, ...] = 200
    by: tuple[str, ...] = (*STAFF, *OUTSIDE)


PLAN = "plans/plans/{plan}"
AGAIN = (200, 201, 409)  # published before; or the dossier's state stands in the way, which the law has no say in
# The one table to extend when a section gets another route; {name} is an id of the dossier.
REQUESTS = [
    Request("client_record", "read", "GET", "client-record"),
    Request("client_record", "write", "PATCH", "client-record", lambda _: FAX, by=(*STAFF, "adviser", "client")),
    *(
        request
        for party in ("holder", "co_holder", "family")
        for path in [f"client-record/people/{{{party}}}"]
        for request in (
            Request("client_record", "read", "GET", path, by=(*STAFF, "adviser", party)),
            Request("client_record", "read", "GET", path + "/history", by=(*STAFF, "adviser", party)),
            Request("client_record", "write", "PUT", path, lambda _: {}, by=(*STAFF, "adviser", party)),
        )
    ),
    Request("family_structure", "read", "GET", "family-structure"),
    Request("family_structure", "read", "GET", "family-structure/history"),
    Request("family_structure", "write", "PUT", "family-structure", lambda _: {}),
    Request("asset_inventory", "read", "GET", "asset-inventory"),
    Request("asset_inventory", "read", "GET", "asset-inventory/assets/{asset}"),
    Request("asset_inventory", "read", "GET", "asset-inventory/assets/{asset}/history"),
    Request("asset_inventory", "write", "POST", "asset-inventory/assets", lambda _: asset(), 201),
    Request("asset_inventory", "write", "PUT", "asset-inventory/assets/{asset}", lambda _: asset()),
    Request("gift_inventory", "read", "GET", "gift-inventory"),
    Request("gift_inventory", "write", "POST", "gift-inventory/gifts", lambda ids: gift(ids), 201),
    Request("gift_inventory", "write", "PUT", "gift-inventory/gifts/{gift}", lambda ids: gift(ids)),
    Request("financial_profile", "read", "GET", "financial-profile"),
    Request("financial_profile", "read", "GET", "financial-profile/goals"),
    Request("financial_profile", "create", "POST", "financial-profile", lambda _: {}, 409),  # it is there already
    Request("financial_profile", "write", "PUT", "financial-profile", lambda _: {}),
    Request(
        "financial_profile", "write", "POST", "financial-profile/incomes", lambda _: {**ENTRY, "kind": "rent"}, 201
    ),
    Request(
        "financial_profile", "write", "POST", "financial-profile/expenses", lambda _: {**ENTRY, "kind": "loan"}, 201
    ),
    Request("simulations", "read", "GET", "simulations"),
    Request("simulations", "create", "POST", "simulations/simulations", lambda _: TOOL, 201),
    Request("simulations", "write", "PUT", "simulations/simulations/{simulation}", lambda _: TOOL),
    Request("reports", "read", "GET", "reports"),
    Request("reports", "read", "GET", "reports/reports/{report}/history"),
    Request("reports", "create", "POST", "reports/reports", lambda _: TOOL, 201),
    Request("reports", "write", "PUT", "reports/reports/{report}", lambda _: TOOL),
    Request("billing_account", "read", "GET", "billing-account"),
    Request("billing_account", "write", "POST", "billing-account/invoices", lambda _: invoice(), 201),
    Request("billing_account", "write", "PUT", "billing-account/invoices/{invoice}", lambda _: invoice()),
    Request("plans", "read", "GET", "plans"),
    Request("plans", "read", "GET", PLAN),
    Request("plans", "create", "POST", "plans/plans", lambda _: plan(), 201),
    Request("plans", "write", "PUT", PLAN, lambda _: plan()),
    Request("plans", "publish", "POST", PLAN + "/publications", lambda ids: publication(ids), AGAIN),
    Request("plans", "submit_changes", "POST", PLAN + "/changes", lambda _: change(), (201, 409)),
]


def asset() -> dict[str, Any]:
    return {"kind": "other", "description": "x", "value": MONEY}


def gift(ids: Mapping[str, str]) -> dict[str, Any]:
    people = {"donor_id": ids["holder"], "donee_ids": [ids["family"]]}
    return {**people, "date": "2026-01-01", "kind": "other", "value": MONEY}


def invoice() -> dict[str, Any]:
    return {"number": str(new_id()), "issued_on": "2026-01-01", "due_on": "2026-01-31", "value": MONEY}


def plan() -> dict[str, Any]:
    return {"title": "x", "content": {"age": 65}}


def publication(ids: Mapping[str, str]) -> dict[str, Any]:
    """The first version to all outside parties."""
    chosen = [{"grant_id": ids[f"{one}_grant"], "email": ids[f"{one}_email"]} for one in OUTSIDE]
    return {"recipients": chosen, "version": 1}


def change() -> dict[str, Any]:
    return {"base_version": 1, "merge_patch": {"wish": str(new_id())}}


@dataclass(repr=False)
class Cast:
    """Two dossiers of a company with everybody in them: in one all outside parties may write, in the other read."""

    world: Any
    people: dict[tuple[str, str], Any]
    ids: dict[str, dict[str, str]]
    law: dict[str, Any]
    administrator: Any

    def cell(self, party: str, right: str, section: str) -> dict[str, Any]:
        """What the published law says."""
        wanted = None if party in STAFF else right
        (row,) = (row for row in self.law["sections"] if row["section"] == section)
        (cell,) = (cell for cell in row["cells"] if (cell["party"], cell["right"]) == (party, wanted))
        return {**cell, "module": row["module"]}

    def expected(
        self, place: tuple[str, str], section: str, action: str, left_out: frozenset[str], closed: str | None
    ) -> tuple[bool, str]:
        """Whether the law allows it, and the rule or code it answers by."""
        cell = self.cell(*place, section)
        if place[0] in STAFF:
            return action in cell["actions"], "A7"
        if cell["module"] and section in left_out:
            return False, "A8"
        if closed is not None and action not in self.cell(place[0], "read", section)["actions"]:
            return False, "A7"
        return action in cell["actions"], "A7"

    async def set(self, left_out: frozenset[str], closed: str | None) -> None:
        """The dossiers as they are meant to be for a moment."""
        modules = sorted(set(MODULES) - set(left_out))
        change = text("UPDATE dossier SET modules = CAST(:modules AS text[]), closed_access = :closed")
        async with self.world.harness.transaction() as uow:
            await uow.session.execute(change, {"modules": modules, "closed": closed})


@pytest.fixture
async def cast(world: Any) -> Cast:
    office = await world.office()
    colleague, membership = await world.colleague(office.firm_id, office.administrator)
    firm = f"/firms/{office.firm_id}"
    client = await office.accountant.made(firm + "/clients", {**somebody(), "kind": "company", "company_name": "SA"})
    contacts = f"{firm}/clients/{client['id']}/contacts"
    people, ids = {}, {}
    for right in ("write", "read"):
        central = {"holder": somebody(), "co_holder": somebody()}
        dossier = await office.accountant.made(firm + "/dossiers", {"client_id": client["id"], **central})
        await office.accountant.call("PUT", f"/dossiers/{dossier['id']}/team/{membership}")
        path = f"/dossiers/{dossier['id']}"
        contact = await office.accountant.made(contacts, {"name": "Mireille", "email": f"{new_id()}@example.com"})
        ids[right] = {"dossier": dossier["id"], "client": contact["id"], "client_email": contact["email"]}
        ids[right] |= await enter(office, path)
        for party in OUTSIDE:
            people[party, right] = await let_in(world, office, path, ids[right], party, right)
        people["manager", right], people["team", right] = office.accountant, colleague
        ids[right] |= await write(world, office, path, ids[right])
    law = (await office.accountant.get("/law")).json()
    return Cast(world, people, ids, law, office.administrator)


def somebody() -> dict[str, Any]:
    return {
        "given_name": "Léa",
        "family_name": "Dupont",
        "email": f"{new_id()}@example.com",
        "phone": "+32470123456",
        "language": "fr",
    }


async def enter(office: Any, path: str) -> dict[str, str]:
    """The people of a dossier by what they are; `creator` is one more of the family."""
    for _ in range(2):
        await office.accountant.made(path + "/people", {**somebody(), "relationship": "child"})
    adviser = await office.accountant.made(path + "/advisers", {**somebody(), "kind": "notary"})
    tree = (await office.accountant.get(path + "/sections/family-structure")).json()["people"]
    entered = dict(zip(("holder", "co_holder", "family", "creator"), tree, strict=True)) | {"adviser": adviser}
    emails = {f"{name}_email": person["email"] for name, person in entered.items()}
    return {**{name: person["id"] for name, person in entered.items()}, **emails}


async def let_in(world: Any, office: Any, path: str, ids: dict[str, str], party: str, right: str) -> Any:
    """Somebody with an active grant, signed in; the id of the grant is kept with the others."""
    terms = {"right": right, "contact_confirmed": True}
    if party == "client":
        access = await office.accountant.made(f"{path}/contacts/{ids['client']}/access", terms)
        grant_id = access["grant"]["id"]
    else:
        grant_id = (await office.accountant.made(path + "/grants", {**terms, "person_id": ids[party]}))["id"]
    ids[f"{party}_grant"] = grant_id
    person = world.somebody()
    await world.joins(grant_id, person)
    return person


async def write(world: Any, office: Any, path: str, ids: dict[str, str]) -> dict[str, str]:
    """One record of each kind; the profile is the client's to create, the plan is published to everybody."""
    creator = await let_in(world, office, path, ids, "creator", "write")
    sections = path + "/sections"
    await creator.made(sections + "/financial-profile", {})
    bodies = {
        "asset": ("asset-inventory/assets", asset()),
        "gift": ("gift-inventory/gifts", gift(ids)),
        "simulation": ("simulations/simulations", TOOL),
        "report": ("reports/reports", TOOL),
        "invoice": ("billing-account/invoices", invoice()),
        "plan": ("plans/plans", plan()),
    }
    made = {name: await office.accountant.made(f"{sections}/{at}", body) for name, (at, body) in bodies.items()}
    await office.accountant.made(f"{sections}/plans/plans/{made['plan']['id']}/publications", publication(ids))
    return {name: record["id"] for name, record in made.items()}


def heard(answer: Any, request: Request) -> tuple[bool, str]:
    """Whether a real route let a request pass, and the rule of its refusal."""
    passed = request.passed if isinstance(request.passed, tuple) else (request.passed,)
    if answer.status_code in passed:
        return True, "A7"
    assert answer.status_code in {403, 404}, (request, answer.text)
    rule = str(answer.json()["rule"])
    return False, {("A13", 404): "A8"}.get((rule, answer.status_code), rule)


async def sent(who: Any, ids: Mapping[str, str], request: Request) -> Any:
    path = f"/dossiers/{ids['dossier']}/sections/{request.path.format_map(ids)}"
    body = request.body(ids) if request.body else None
    return await who.call(request.method, path, body, If_Match="*")


async def answered(cast: Cast, place: tuple[str, str], request: Request) -> tuple[bool, str]:
    return heard(await sent(cast.people[place], cast.ids[place[1]], request), request)


async def test_a7_the_published_law_is_the_table_of_the_law(world: Any) -> None:
    law = (await world.somebody().get("/law")).json()

    assert [row["section"] for row in law["sections"]] == list(A7)
    assert {row["section"] for row in law["sections"] if row["module"]} == set(MODULES)
    assert {refusal.rule for refusal in REASONS.values()} <= law["narrowed_by"].keys()
    for row in law["sections"]:
        assert [(cell["party"], cell["right"]) for cell in row["cells"]] == [
            *((party, None) for party in STAFF),
            *((party, right) for party in OUTSIDE for right in ("read", "write")),
        ]
        for cell in row["cells"]:
            party = Party(cell["party"])
            own = cell_of(Section(row["section"]), party, None if party in STAFF_PARTIES else Right(cell["right"]))
            assert (set(cell["actions"]), cell["limit"], cell["rule"]) == (own.actions, own.limit, "A7")


async def test_a_system_reads_the_law_and_a_stranger_does_not(world: Any) -> None:
    assert (await world.system().get("/law")).status_code == 200
    assert (await world.client.get("/api/dossier/v1/law")).status_code == 401


async def test_a7_every_cell_of_the_law_is_answered_so_by_decisions_and_by_every_route(cast: Cast) -> None:
    system = cast.world.system()
    asked = [(place, section, action) for place in PLACES for section in Section for action in Action]
    questions = [
        {
            "account_id": str(cast.people[place].account_id),
            "dossier_id": cast.ids[place[1]]["dossier"],
            "section": section,
            "action": action,
        }
        for place, section, action in asked
    ]

    decided = (await system.post("/decisions/batch", {"questions": questions})).json()["decisions"]

    for (place, section, action), decision in zip(asked, decided, strict=True):
        cell = cast.cell(*place, section)
        limit = cell["limit"] if action in cell["actions"] else "none"
        assert (decision["allowed"], decision["limit"]) == (action in cell["actions"], limit), (place, section, action)
    for place in PLACES:
        requests = [request for request in REQUESTS if place[0] in request.by]
        answers = await asyncio.gather(*(answered(cast, place, request) for request in requests))
        for request, answer in zip(requests, answers, strict=True):
            expected = cast.expected(place, request.section, request.action, frozenset(), None)
            assert answer == expected, (place, request.method, request.path)


async def test_a13_a14_whoever_has_no_place_meets_nothing_on_every_route(cast: Cast) -> None:
    other = await cast.world.office("Cabinet Voisin")
    ids = cast.ids["write"]
    unknown = {name: str(new_id()) for name in ids}

    for request in REQUESTS:
        foreign, missing = await sent(other.accountant, ids, request), await sent(other.accountant, unknown, request)
        assert foreign.status_code == 404, request
        assert {**foreign.json(), "correlation_id": ""} == {**missing.json(), "correlation_id": ""}, request
        administrator = await sent(cast.administrator, ids, request)
        assert (administrator.status_code, administrator.json()["rule"]) == (403, "A14"), request


places = st.sampled_from(PLACES)
left_out_modules = st.frozensets(st.sampled_from(sorted(MODULES)))
closings = st.sampled_from(CLOSED)


@TRIES
@given(places, st.sampled_from(Section), st.sampled_from(Action), left_out_modules, closings)
async def test_a7_a8_every_decision_follows_the_law_as_the_dossier_narrows_it(
    cast: Cast,
    place: tuple[str, str],
    section: Section,
    action: Action,
    left_out: frozenset[str],
    closed: str | None,
) -> None:
    await cast.set(left_out, closed)
    person, dossier = cast.people[place], cast.ids[place[1]]["dossier"]
    question = {"dossier_id": dossier, "section": section, "action": action}

    answers = [
        (await person.post("/decisions", question)).json(),
        (await cast.world.system().post("/decisions", {**question, "account_id": str(person.account_id)})).json(),
    ]

    expected = cast.expected(place, section, action, left_out, closed)
    assert [(answer["allowed"], answer["why"]["rule"]) for answer in answers] == [expected] * 2


@TRIES
@given(
    st.tuples(places, st.sampled_from(REQUESTS)).filter(lambda asked: asked[0][0] in asked[1].by),
    left_out_modules,
    closings,
)
async def test_a7_a8_every_route_follows_the_law_as_the_dossier_narrows_it(
    cast: Cast, asked: tuple[tuple[str, str], Request], left_out: frozenset[str], closed: str | None
) -> None:
    place, request = asked
    await cast.set(left_out, closed)

    expected = cast.expected(place, request.section, request.action, left_out, closed)
    assert await answered(cast, place, request) == expected
