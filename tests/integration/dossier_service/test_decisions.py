"""Decisions over HTTP, single and batch: people about themselves, systems about anybody (A7, A11, A13, E2, I11)."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from event_contracts.security import SessionEnded
from service_kit.ids import new_id
from sqlalchemy import text


def question(dossier: Any, section: str = "asset_inventory", action: str = "write", **more: Any) -> dict[str, Any]:
    return {"dossier_id": dossier.id, "section": section, "action": action, **more}


@dataclass(frozen=True)
class Limited:
    """A person whose grant is limited to addresses, whichever way the limit was given."""

    world: Any
    person: Any
    dossier: Any
    grant_id: str

    async def to(self, *networks: str) -> None:
        async with self.world.harness.transaction() as uow:
            statement = text("UPDATE access_grant SET networks = CAST(:networks AS text[]) WHERE id = :id")
            await uow.session.execute(statement, {"networks": list(networks), "id": self.grant_id})

    def question(self, **more: Any) -> dict[str, Any]:
        return question(self.dossier, account_id=str(self.person.account_id), **more)


@pytest.fixture
async def limited(world: Any) -> Limited:
    office = await world.office()
    dossier = await world.dossier(office)
    person, grant = await world.granted(office, dossier, dossier.child_id)
    return Limited(world, person, dossier, grant["id"])


class TestOne:
    async def test_a11_a_yes_names_grant_rule_and_giver(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        holder, grant = await world.granted(office, dossier, dossier.holder_id)

        answer = (await holder.post("/decisions", question(dossier))).json()

        assert answer["allowed"] is True
        why = answer["why"]
        assert (why["rule"], why["grant_id"], why["party"], why["right"]) == ("A7", grant["id"], "holder", "write")
        assert (why["given_by"], why["given_by_name"]) == (office.accountant_id, "Marc Manager")
        assert why["given_by_kind"] == "staff"
        assert why["given_at"]
        assert (why["limited"], why["networks"], why["branch_id"], why["client_address"]) == (False, [], None, None)

    async def test_a7_a_no_names_its_rule(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        child, _ = await world.granted(office, dossier, dossier.child_id, "read")

        answer = (await child.post("/decisions", question(dossier))).json()

        assert (answer["allowed"], answer["why"]["rule"]) == (False, "A7")

    async def test_a13_a_foreign_dossier_is_answered_as_an_unknown_one(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        stranger = world.somebody()

        foreign = await stranger.post("/decisions", question(dossier))
        unknown = await stranger.post("/decisions", {**question(dossier), "dossier_id": str(new_id())})

        assert foreign.json() == unknown.json()
        assert foreign.json()["why"]["rule"] == "A13"

    async def test_e2_people_ask_about_themselves_only(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        holder, _ = await world.granted(office, dossier, dossier.holder_id)
        own = question(dossier, account_id=str(office.accountant.account_id))

        about_self = await office.accountant.post("/decisions", own)
        about_other = await holder.post("/decisions", own)

        assert (about_self.status_code, about_self.json()["allowed"]) == (200, True)
        assert (about_other.status_code, about_other.json()["rule"]) == (403, "E2")

    async def test_e2_a_system_asks_about_anybody_but_must_say_whom(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        holder, _ = await world.granted(office, dossier, dossier.holder_id)

        named = await world.system().post("/decisions", question(dossier, account_id=str(holder.account_id)))
        unnamed = await world.system().post("/decisions", question(dossier))

        assert (named.status_code, named.json()["allowed"]) == (200, True)
        assert (unnamed.status_code, unnamed.json()["rule"]) == (422, "E2")
        assert [error["field"] for error in unnamed.json()["errors"]] == ["account_id"]

    async def test_systems_have_no_business_elsewhere(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)

        assert (await world.system().get(dossier.path)).status_code == 403
        assert (await world.system().get("/my/dossiers")).status_code == 403

    async def test_a_right_that_changes_counts_in_the_next_decision(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        child, grant = await world.granted(office, dossier, dossier.child_id, "read")
        path = f"{dossier.path}/grants/{grant['id']}"
        await office.accountant.call("PATCH", path, {"right": "write"}, If_Match="*")
        raised = (await child.post("/decisions", question(dossier))).json()["allowed"]
        await office.accountant.post(path + "/withdraw")
        withdrawn = (await child.post("/decisions", question(dossier))).json()["allowed"]

        assert (raised, withdrawn) == (True, False)

    async def test_unknown_sections_and_fields_are_refused(self, world: Any) -> None:
        stranger = world.somebody()
        body = {"dossier_id": str(new_id()), "section": "safe", "action": "read", "role": "holder"}

        answer = await stranger.post("/decisions", body)

        assert answer.status_code == 422
        assert {error["field"] for error in answer.json()["errors"]} == {"section", "role"}


class TestBatch:
    async def test_answers_come_in_the_order_of_the_questions(self, world: Any) -> None:
        office = await world.office()
        first, second = await world.dossier(office), await world.dossier(office)
        holder, _ = await world.granted(office, first, first.holder_id)
        questions = [question(first), question(second), question(first, "plans", "publish"), question(first)]

        answer = await holder.post("/decisions/batch", {"questions": questions})

        assert [one["allowed"] for one in answer.json()["decisions"]] == [True, False, False, True]

    async def test_a_batch_holds_a_thousand_and_no_more(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)

        full = await office.accountant.post("/decisions/batch", {"questions": [question(dossier)] * 1000})
        over = await office.accountant.post("/decisions/batch", {"questions": [question(dossier)] * 1001})
        none = await office.accountant.post("/decisions/batch", {"questions": []})

        assert (full.status_code, len(full.json()["decisions"])) == (200, 1000)
        assert (over.status_code, none.status_code) == (422, 422)
        (error,) = over.json()["errors"]
        assert (error["field"], error["code"], error["rule"]) == ("questions", "too_many_questions", "E2")

    async def test_e2_one_question_about_somebody_else_refuses_the_batch(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        questions = [question(dossier), question(dossier, account_id=str(new_id()))]

        answer = await office.accountant.post("/decisions/batch", {"questions": questions})

        assert (answer.status_code, answer.json()["rule"]) == (403, "E2")


V4, BOTH = ("192.0.2.0/24",), ("2001:db8::/32", "192.0.2.7/32")
CASES: tuple[tuple[tuple[str, ...], str | None, bool], ...] = (
    (V4, "192.0.2.7", True),
    (V4, "::ffff:192.0.2.7", True),
    (V4, "198.51.100.7", False),
    (V4, "2001:db8::7", False),
    (BOTH, "2001:DB8:0::7", True),
    (BOTH, "192.0.2.7", True),
    (BOTH, "2001:db9::7", False),
    (V4, None, False),
    ((), None, True),
)


class TestAddresses:
    """A9: limits belong to the grant and hold in every decision; a person's request tells whence it comes."""

    async def test_a9_a_limit_decides_for_systems_and_people_alike(self, limited: Any) -> None:
        for networks, address, allowed in CASES:
            await limited.to(*networks)
            said = {} if address is None else {"client_address": address}

            by_system = await limited.world.system().post("/decisions", limited.question(**said))

            assert by_system.json()["allowed"] is allowed, (networks, address)
            if address is not None:
                by_person = await limited.person.post("/decisions", limited.question(), X_Forwarded_For=address)
                assert by_person.json()["allowed"] is allowed, (networks, address)

    async def test_a9_a_no_names_the_rule_and_systems_are_told_the_networks(self, limited: Any) -> None:
        await limited.to(*V4)

        why = (
            await limited.world.system().post("/decisions", limited.question(client_address="::ffff:1.2.3.4"))
        ).json()
        nowhere = (await limited.world.system().post("/decisions", limited.question())).json()

        assert (why["why"]["rule"], why["why"]["code"]) == ("A9", "address_not_allowed")
        assert (why["why"]["networks"], why["why"]["client_address"]) == (["192.0.2.0/24"], "1.2.3.4")
        assert (nowhere["allowed"], nowhere["why"]["client_address"]) == (False, None)

    async def test_a9_a_person_elsewhere_is_not_told_from_where_it_would_open(self, limited: Any) -> None:
        await limited.to(*V4)

        inside = (await limited.person.post("/decisions", limited.question(), X_Forwarded_For="192.0.2.9")).json()
        outside = (await limited.person.post("/decisions", limited.question(), X_Forwarded_For="192.0.3.9")).json()

        assert (inside["allowed"], inside["why"]["networks"]) == (True, ["192.0.2.0/24"])
        assert (outside["allowed"], outside["why"]["networks"], outside["why"]["limited"]) == (False, None, True)
        assert outside["why"]["client_address"] == "192.0.3.9"

    async def test_a9_what_a_person_says_about_their_address_counts_for_nothing(self, limited: Any) -> None:
        await limited.to(*V4)
        said = limited.question(client_address="192.0.2.9")

        answer = (await limited.person.post("/decisions", said, X_Forwarded_For="192.0.3.9")).json()

        assert (answer["allowed"], answer["why"]["rule"]) == (False, "A9")

    async def test_a9_a_batch_may_ask_from_several_addresses_about_the_same_grant(self, limited: Any) -> None:
        await limited.to(*V4)
        addresses = ["192.0.2.1", "192.0.3.1", "192.0.2.1"]
        questions = [limited.question(client_address=address) for address in addresses]

        answer = await limited.world.system().post("/decisions/batch", {"questions": [*questions, limited.question()]})

        assert [one["allowed"] for one in answer.json()["decisions"]] == [True, False, True, False]

    @pytest.mark.parametrize("malformed", ["123.542.654.785", "", "10.0.0.0/8", "localhost", "1" * 101, 7])
    async def test_a9_what_is_no_address_is_refused_by_its_place(self, limited: Any, malformed: Any) -> None:
        questions = [limited.question(), limited.question(client_address=malformed)]
        system = limited.world.system()

        one = await system.post("/decisions", questions[1])
        batch = await system.post("/decisions/batch", {"questions": questions})

        assert (one.status_code, batch.status_code) == (422, 422)
        assert [error["field"] for error in one.json()["errors"]] == ["client_address"]
        assert [error["field"] for error in batch.json()["errors"]] == ["questions.1.client_address"]
        if malformed == "123.542.654.785":
            assert one.json()["errors"][0]["rule"] == "A9"


class TestEndedSessions:
    async def test_i11_an_ended_session_is_refused_at_once_and_others_are_not(self, world: Any, now: Any) -> None:
        account, ended = new_id(), new_id()
        caller, other = world.somebody(account, ended), world.somebody(account)
        event = SessionEnded(
            session_id=ended,
            account_id=account,
            reason="signed out",
            tokens_expire_at=now + timedelta(minutes=10),
        )
        before = await caller.get("/my/dossiers")

        await world.told(event, event)

        after = await caller.get("/my/dossiers")
        decision = await caller.post("/decisions", {"dossier_id": str(new_id()), "section": "plans", "action": "read"})
        assert (before.status_code, after.status_code, decision.status_code) == (200, 401, 401)
        assert after.json()["rule"] == "I11"
        assert (await other.get("/my/dossiers")).status_code == 200

    async def test_i11_an_ended_session_is_not_even_told_its_stored_answers(self, world: Any, now: Any) -> None:
        office = await world.office()
        session = new_id()
        caller = world.somebody(office.accountant.account_id, session)
        path, body = f"/firms/{office.firm_id}/clients", {"given_name": "A", "family_name": "B", "language": "fr"}
        body["email"] = "a@b.example"
        first = await caller.post(path, body, Idempotency_Key="k-1")
        ended = SessionEnded(
            session_id=session, account_id=caller.account_id, reason="signed out", tokens_expire_at=now
        )
        await world.told(ended)

        assert first.status_code == 201
        assert (await caller.post(path, body, Idempotency_Key="k-1")).status_code == 401

    async def test_without_a_token_nothing_is_answered(self, world: Any) -> None:
        answer = await world.client.get("/api/dossier/v1/my/dossiers")

        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
