"""`dry_run` on every call of the dossier that sends (M3): tells what the call would do, refuses alike, does nothing."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from event_contracts.dossier import GrantMoved, GrantOffered, SignInInformationRequested
from event_contracts.firms import NoticeIssued

TABLES = ("access_grant", "person", "journal", "outbox", "resend", "manager_notice", "idempotency_key")


class Dossier:
    """An office's dossier, and its calls that send, each by a short name."""

    def __init__(self, world: Any, office: Any, dossier: Any) -> None:
        self.world, self.office, self.dossier = world, office, dossier
        self.grant_id = ""

    async def offer(self, **changes: Any) -> None:
        self.grant_id = (await self.office.accountant.made(self.dossier.path + "/grants", self.terms(**changes)))["id"]

    def terms(self, **changes: Any) -> dict[str, Any]:
        return {"person_id": self.dossier.child_id, "right": "read", "contact_confirmed": True, **changes}

    async def call(self, what: str, dry: bool, **headers: str) -> Any:
        """`what`, really or dry."""
        flag = "?dry_run=true" if dry else ""
        grant, manager = f"{self.dossier.path}/grants/{self.grant_id}", self.office.accountant
        person = f"{self.dossier.path}/people/{self.dossier.child_id}"
        correction = {"email": "right@example.com", "contact_confirmed": True}
        if what == "offer":
            return await manager.post(f"{self.dossier.path}/grants{flag}", self.terms(custom_text="Oui"), **headers)
        if what == "change":
            return await manager.call("PATCH", grant + flag, {"right": "write"}, If_Match="*", **headers)
        if what == "correct":
            return await manager.call("PATCH", person + flag, correction, If_Match="*", **headers)
        return await manager.post(f"{grant}/{what}{flag}", None, **headers)

    async def plan(self, what: str, **headers: str) -> dict[str, Any]:
        answer = await self.call(what, dry=True, **headers)
        assert answer.status_code == 200, answer.text
        plan: dict[str, Any] = answer.json()
        return plan

    async def everything(self) -> list[Any]:
        rows = [await self.world.rows(f"SELECT t::text FROM {table} t ORDER BY 1") for table in TABLES]
        return [row for table in rows for row in table]


@pytest.fixture
async def dossier(world: Any) -> Dossier:
    """With a holder whose access is open, so that notices go out."""
    office = await world.office()
    opened = await world.dossier(office)
    await world.granted(office, opened, opened.holder_id)
    return Dossier(world, office, opened)


CALLS = ["offer", "change", "withdraw", "resend", "correct"]
MAILS = {
    "offer": ["invitation", "notice", "holder_notice"],
    "change": ["holder_notice"],
    "withdraw": ["holder_notice"],
    "resend": ["invitation", "sign_in_information"],
    "correct": ["invitation", "notice", "holder_notice"],
}


@pytest.mark.parametrize("what", CALLS)
async def test_m3_a_dry_run_lists_the_mails_and_writes_nothing(dossier: Dossier, what: str) -> None:
    if what != "offer":
        await dossier.offer()
    before = await dossier.everything()

    plan = await dossier.plan(what)
    again = await dossier.plan(what, **({} if what in {"change", "correct"} else {"Idempotency_Key": "k-1"}))

    assert [mail["variant"] for mail in plan["mails"]] == MAILS[what]
    assert [mail["variant"] for mail in again["mails"]] == MAILS[what]
    assert await dossier.everything() == before


@pytest.mark.parametrize("what", CALLS)
async def test_m3_the_plan_is_what_the_call_then_says(world: Any, dossier: Dossier, what: str) -> None:
    if what != "offer":
        await dossier.offer(custom_text="Oui")
    sending = (GrantOffered, GrantMoved, SignInInformationRequested, NoticeIssued)
    before = {kind: len(await world.harness.said(kind)) for kind in sending}

    plan = await dossier.plan(what, Idempotency_Key="same") if what == "offer" else await dossier.plan(what)
    real = await dossier.call(what, dry=False, **({"Idempotency_Key": "same"} if what == "offer" else {}))

    assert real.status_code in {200, 201, 202}, real.text
    said = {kind: (await world.harness.said(kind))[count:] for kind, count in before.items()}
    offers = [*said[GrantOffered], *said[GrantMoved]]
    planned = [mail for mail in plan["mails"] if mail["variant"] == "invitation" and offers]
    assert [mail["recipient"]["email"] for mail in planned] == [offer.person.email for offer in offers]
    assert [mail["preview"]["parameters"]["custom_text"] for mail in planned] == [one.custom_text for one in offers]
    assert [mail["right"] for mail in planned] == [offer.right for offer in offers]
    told = [mail for mail in plan["mails"] if mail["variant"] == "holder_notice"]
    kinds = [[line["kind"] for line in mail["preview"]["parameters"]["lines"]] for mail in told]
    assert kinds == [[line.kind for line in notice.lines] for notice in said[NoticeIssued]]
    assert len(said[SignInInformationRequested]) == (1 if what == "resend" else 0)


async def test_m3_the_preview_is_the_body_that_notifier_takes(dossier: Dossier) -> None:
    plan = await dossier.plan("offer")

    invitation, notice, told = plan["mails"]
    assert invitation["preview"]["firm_id"] == str(dossier.office.firm_id)
    templates = [mail["preview"]["template"] for mail in (invitation, notice, told)]
    assert templates == ["invitation_first", "access_notice", "holder_notice"]
    values = invitation["preview"]["parameters"]
    assert (values["form"], values["granted_by"], values["custom_text"]) == ("access", "Marc Manager", "Oui")
    assert values["offers"] == [{"kind": "dossier", "dossier_name": "Léa Dupont", "right": "read", "staff_role": None}]
    assert told["recipient"] == {"name": "Léa Dupont", "email": None, "language": "fr"}


async def test_r1_the_plan_says_when_reminders_follow(dossier: Dossier) -> None:
    plan = await dossier.plan("offer")

    at = datetime.fromisoformat(plan["at"])
    dates = [datetime.fromisoformat(date) for date in plan["mails"][0]["reminders"]]
    assert dates == [at + timedelta(days=7), at + timedelta(days=30)]
    assert [mail["reminders"] for mail in plan["mails"][1:]] == [[], []]


async def test_m3_who_is_skipped_and_why(world: Any) -> None:
    office = await world.office()
    dossier = Dossier(world, office, await world.dossier(office))

    plan = await dossier.plan("offer")
    await dossier.offer(person_id=dossier.dossier.holder_id)
    about = await dossier.plan("change")

    assert plan["skipped"] == [{"name": "Léa Dupont", "role": "holder", "reason": "no_active_access"}]
    assert about["skipped"] == [{"name": "Léa Dupont", "role": "holder", "reason": "about_themselves"}]


async def test_i11_a_holder_who_is_kept_out_is_skipped(dossier: Dossier) -> None:
    (row,) = await dossier.world.rows("SELECT account_id FROM access_grant")
    path = f"/firms/{dossier.office.firm_id}/portal-users/{row['account_id']}/deactivation"
    await dossier.office.administrator.post(path, {"reason": "Suspicious sign-ins"})

    plan = await dossier.plan("offer")

    assert [one["reason"] for one in plan["skipped"]] == ["deactivated"]
    assert [mail["variant"] for mail in plan["mails"]] == ["invitation", "notice"]


async def test_i1_the_plan_and_its_cost_are_the_same_whether_there_is_an_account_or_not(
    world: Any, dossier: Dossier
) -> None:
    known = world.somebody()
    other = await world.office("Cabinet Autre")
    elsewhere = await world.dossier(other)
    grant = await other.accountant.made(
        elsewhere.path + "/grants",
        {"person_id": elsewhere.child_id, "right": "read", "contact_confirmed": True, "email": "known@example.com"},
    )
    await world.joins(grant["id"], known)
    path = f"{dossier.dossier.path}/grants?dry_run=true"
    manager = dossier.office.accountant
    plans, costs = [], []
    for email in ("known@example.com", "never@example.com"):
        with world.statements() as sent:
            plans.append((await manager.post(path, dossier.terms(email=email))).text.replace(email, "somebody"))
        costs.append(sent)

    assert costs[0] == costs[1]
    assert not any("known_account" in statement for statement in costs[0])
    assert [plan[plan.index("mails") :].count("somebody") for plan in plans] == [2, 2]


REFUSED: list[tuple[dict[str, Any], int, str]] = [
    ({"contact_confirmed": False}, 422, "A3"),
    ({"email": "nobody"}, 422, "A3"),
]


@pytest.mark.parametrize(("changes", "status", "rule"), REFUSED)
async def test_m3_what_the_call_refuses_the_dry_run_refuses(
    dossier: Dossier, changes: dict[str, Any], status: int, rule: str
) -> None:
    path, manager = dossier.dossier.path + "/grants", dossier.office.accountant

    dry = await manager.post(path + "?dry_run=true", dossier.terms(**changes))
    real = await manager.post(path, dossier.terms(**changes))

    assert (dry.status_code, real.status_code) == (status, status)
    assert dry.json()["errors"] == real.json()["errors"]
    assert dry.json()["rule"] == rule


async def test_m3_limits_and_live_grants_are_refused_dry_as_well(dossier: Dossier) -> None:
    await dossier.offer()

    for _ in range(3):
        assert (await dossier.call("resend", dry=True)).status_code == 200
        assert (await dossier.call("resend", dry=False)).status_code == 202

    assert (await dossier.call("resend", dry=True)).status_code == 429
    assert (await dossier.call("offer", dry=True)).json()["code"] == "grant_exists"
    assert UUID(dossier.grant_id)
