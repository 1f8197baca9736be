"""Decisions over HTTP, single and batch: people about themselves, systems about anybody (A7, A11, A13, E2, I11)."""

from datetime import timedelta
from typing import Any

from event_contracts.security import SessionEnded
from service_kit.ids import new_id


def question(dossier: Any, section: str = "asset_inventory", action: str = "write", **more: Any) -> dict[str, Any]:
    return {"dossier_id": dossier.id, "section": section, "action": action, **more}


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
        assert why["given_at"]

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
        body = {"dossier_id": str(new_id()), "section": "safe", "action": "read", "client_address": "10.0.0.1"}

        answer = await stranger.post("/decisions", body)

        assert answer.status_code == 422
        assert {error["field"] for error in answer.json()["errors"]} == {"section", "client_address"}


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

    async def test_e2_one_question_about_somebody_else_refuses_the_batch(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        questions = [question(dossier), question(dossier, account_id=str(new_id()))]

        answer = await office.accountant.post("/decisions/batch", {"questions": questions})

        assert (answer.status_code, answer.json()["rule"]) == (403, "E2")


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
