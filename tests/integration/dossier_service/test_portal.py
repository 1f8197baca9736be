"""The portal of a new client in one call (P1, document 000), and a portal user on an existing dossier (I3)."""

from typing import Any

import pytest
from event_contracts.dossier import GrantOffered
from event_contracts.people import Language

TABLES = ("client", "dossier", "person", "access_grant", "journal", "outbox", "idempotency_key")
LEA = {"given_name": "Léa", "family_name": "Dupont", "email": "Lea@Example.com", "phone": "+32470123456"}
JO = {"given_name": "Jo", "family_name": "Dupont", "email": "jo@example.com", "phone": "+32470123457"}
COMPANY = {**LEA, "kind": "company", "company_name": "Dupont SA", "email": "office@example.com", "language": "nl"}
WITHOUT_EMAIL = {name: value for name, value in JO.items() if name != "email"}


class Scene:
    """An office whose accountant sets portals up."""

    def __init__(self, world: Any, office: Any) -> None:
        self.world, self.office, self.manager = world, office, office.accountant
        self.path = f"/firms/{office.firm_id}/portals"

    async def set_up(self, query: str = "", who: Any = None, headers: Any = None, **changes: Any) -> Any:
        holder = {**LEA, "language": "fr"}
        body = {"analysis": "individual", "holder": holder, "contact_confirmed": True, **changes}
        body = {name: value for name, value in body.items() if value is not ...}
        return await (who or self.manager).post(self.path + query, body, **(headers or {}))

    async def made(self, **changes: Any) -> dict[str, Any]:
        answer = await self.set_up(**changes)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def everything(self) -> list[Any]:
        rows = [await self.world.rows(f"SELECT t::text FROM {table} t ORDER BY 1") for table in TABLES]
        return [row for table in rows for row in table]


@pytest.fixture
async def scene(world: Any) -> Scene:
    return Scene(world, await world.office())


class TestSetUp:
    async def test_p1_one_call_makes_client_dossier_holder_and_invitation(self, scene: Scene) -> None:
        made = await scene.made()

        client, dossier = made["client"], made["dossier"]
        assert (client["kind"], client["name"], client["email"]) == ("person", "Léa Dupont", "lea@example.com")
        assert (dossier["name"], dossier["analysis"], dossier["party"]) == ("Léa Dupont", "individual", "manager")
        assert (dossier["client_id"], len(dossier["modules"])) == (client["id"], 7)
        (one,) = made["people"]
        assert (one["person"]["role"], one["user_name"]) == ("holder", "lea.dupont")
        assert (one["grant"]["right"], one["grant"]["state"]) == ("write", "offered")
        (offered,) = await scene.world.harness.said(GrantOffered)
        assert (str(offered.grant_id), offered.role, offered.user_name) == (one["grant"]["id"], "holder", None)
        assert (offered.person.email, offered.person.language) == ("lea@example.com", Language.FR)

    async def test_p1_a_joint_analysis_invites_both_each_with_their_own_name_and_text(self, scene: Scene) -> None:
        holder = {**LEA, "language": "fr", "user_name": " Leading.Lea ", "custom_text": "Bienvenue"}
        co_holder = {**JO, "language": "nl", "custom_text": "Welkom"}

        made = await scene.made(analysis="joint", holder=holder, co_holder=co_holder, right="read", name="Famille")

        assert (made["dossier"]["analysis"], made["dossier"]["name"]) == ("joint", "Famille")
        shown = [(one["person"]["role"], one["user_name"], one["grant"]["right"]) for one in made["people"]]
        assert shown == [("holder", "leading.lea", "read"), ("co_holder", "jo.dupont", "read")]
        said = [
            (one.person.email, one.person.language, one.user_name, one.custom_text)
            for one in await scene.world.harness.said(GrantOffered)
        ]
        assert said == [
            ("lea@example.com", "fr", "leading.lea", "Bienvenue"),
            ("jo@example.com", "nl", None, "Welkom"),
        ]

    async def test_p1_without_the_second_address_there_is_one_sign_in_and_the_other_is_named(
        self, scene: Scene
    ) -> None:
        made = await scene.made(analysis="joint", co_holder=WITHOUT_EMAIL)

        assert made["dossier"]["analysis"] == "joint"
        second = made["people"][1]
        assert (second["person"]["given_name"], second["person"]["phone"]) == ("Jo", "+32470123457")
        assert (second["person"]["email"], second["user_name"], second["grant"]) == (None, None, None)
        assert len(await scene.world.harness.said(GrantOffered)) == 1

    async def test_p1_modules_are_chosen_in_the_same_call(self, scene: Scene) -> None:
        made = await scene.made(modules=["plans", "financial_profile"])

        assert made["dossier"]["modules"] == ["financial_profile", "plans"]

    async def test_a_company_is_the_client_and_a_person_its_holder(self, scene: Scene) -> None:
        made = await scene.made(client=COMPANY, holder=LEA)

        assert (made["client"]["name"], made["client"]["kind"]) == ("Dupont SA", "company")
        (one,) = made["people"]
        # Who says no language reads that of the client.
        assert (one["person"]["email"], one["person"]["language"]) == ("lea@example.com", "nl")

    async def test_it_is_journaled_step_by_step_and_told_to_nobody_else(self, scene: Scene) -> None:
        made = await scene.made()

        rows = await scene.world.rows("SELECT action, details FROM journal ORDER BY id")
        actions = [row["action"] for row in rows][-4:]
        assert actions == ["client_created", "dossier_opened", "person_added", "grant_offered"]
        assert rows[-3]["details"]["modules"].split(",") == sorted(made["dossier"]["modules"])

    async def test_the_same_key_sets_up_one_portal(self, scene: Scene) -> None:
        first = await scene.set_up(headers={"Idempotency_Key": "k"})
        second = await scene.set_up(headers={"Idempotency_Key": "k"})

        assert (first.status_code, second.json()) == (201, first.json())
        assert len(await scene.world.rows("SELECT id FROM client")) == 1

    async def test_once_the_person_has_an_account_they_open_what_was_chosen(self, scene: Scene) -> None:
        made = await scene.made(modules=["plans"])
        lea = scene.world.somebody()
        await scene.world.joins(made["people"][0]["grant"]["id"], lea)

        cover = (await lea.get(f"/dossiers/{made['dossier']['id']}")).json()

        assert (cover["party"], cover["sections"]) == ("holder", ["client_record", "family_structure", "plans"])


class TestSummary:
    async def test_m3_the_dry_run_is_the_summary_and_keeps_nothing(self, scene: Scene) -> None:
        before = await scene.everything()
        joint = {"analysis": "joint", "co_holder": {**JO, "user_name": "jojo", "custom_text": "Dag Jo"}}

        answer = await scene.set_up("?dry_run=true", headers={"Idempotency_Key": "k"}, **joint)

        assert answer.status_code == 200, answer.text
        shown = [
            (mail["variant"], mail["recipient"]["email"], mail["user_name"], mail["preview"]["parameters"]["user_name"])
            for mail in answer.json()["mails"]
        ]
        assert shown == [
            ("invitation", "lea@example.com", "lea.dupont", "lea.dupont"),
            ("notice", "lea@example.com", None, "…"),
            ("invitation", "jo@example.com", "jojo", "jojo"),
            ("notice", "jo@example.com", None, "…"),
        ]
        assert answer.json()["mails"][2]["preview"]["parameters"]["custom_text"] == "Dag Jo"
        assert len(answer.json()["mails"][0]["reminders"]) == 2
        assert await scene.everything() == before

    async def test_m3_the_summary_says_who_gets_no_mail_because_there_is_no_address(self, scene: Scene) -> None:
        answer = await scene.set_up("?dry_run=true", analysis="joint", co_holder=WITHOUT_EMAIL)

        assert [mail["recipient"]["name"] for mail in answer.json()["mails"]] == ["Léa Dupont"] * 2
        reasons = {one["role"]: one["reason"] for one in answer.json()["skipped"]}
        assert reasons == {"holder": "about_themselves", "co_holder": "no_address"}


WRONG: list[tuple[str, dict[str, Any], list[tuple[str, str | None]]]] = [
    ("joint without a second", {"analysis": "joint"}, [("co_holder", "P1")]),
    ("individual with a second", {"co_holder": JO}, [("co_holder", "P1")]),
    (
        "one address for two",
        {"analysis": "joint", "co_holder": {**JO, "email": " LEA@example.com "}},
        [("co_holder.email", "P1")],
    ),
    ("no phone", {"holder": {**LEA, "language": "fr", "phone": None}}, [("holder.phone", "A3")]),
    ("no address", {"holder": {**LEA, "language": "fr", "email": None}}, [("holder.email", "A3")]),
    (
        "a second address without a phone",
        {"analysis": "joint", "co_holder": {**JO, "phone": None}},
        [("co_holder.phone", "A3")],
    ),
    (
        "a second phone that is none",
        {"analysis": "joint", "co_holder": {**WITHOUT_EMAIL, "phone": "12"}},
        [("co_holder.phone", "A3")],
    ),
    ("no language of the client", {"holder": LEA}, [("holder.language", "C1")]),
    ("a name that is none", {"holder": {**LEA, "language": "fr", "user_name": "l a"}}, [("holder.user_name", "I3")]),
    (
        "look-alike names",
        {
            "analysis": "joint",
            "holder": {**LEA, "language": "fr", "user_name": "dupont1"},
            "co_holder": {**JO, "user_name": "dupontl"},
        },
        [("co_holder.user_name", "I3")],
    ),
    (
        "a name without a sign-in",
        {"analysis": "joint", "co_holder": {**WITHOUT_EMAIL, "user_name": "jojo"}},
        [("co_holder.user_name", "P1")],
    ),
    ("a module that does not exist", {"modules": ["plans", "tax"]}, [("modules.1", "A8")]),
    ("not confirmed", {"contact_confirmed": False}, [("contact_confirmed", "A3")]),
    ("a confirmation that is text", {"contact_confirmed": "true"}, [("contact_confirmed", None)]),
    ("a company without its name", {"client": {**COMPANY, "company_name": None}}, [("client.company_name", "A7")]),
    ("a client's address that is none", {"client": {**COMPANY, "email": "x"}}, [("client.email", "A3")]),
    ("no analysis", {"analysis": ...}, [("analysis", None)]),
    ("another role", {"holder": {**LEA, "role": "adviser"}}, [("holder.role", None)]),
    (
        "several at once",
        {"holder": {**LEA, "email": "x", "user_name": "é"}},
        [("holder.language", "C1"), ("holder.email", "A3"), ("holder.user_name", "I3")],
    ),
]


async def test_bad_input_names_field_and_rule_dry_or_not_and_nothing_is_half_done(scene: Scene) -> None:
    before = await scene.everything()

    for query in ("", "?dry_run=true"):
        found = []
        for what, changes, _ in WRONG:
            answer = await scene.set_up(query, **changes)
            assert answer.status_code == 422, f"{what}: {answer.text}"
            found.append((what, changes, [(error["field"], error.get("rule")) for error in answer.json()["errors"]]))
        assert found == WRONG

    assert await scene.everything() == before


async def test_a1_nobody_invites_their_own_address_and_nothing_is_half_done(scene: Scene) -> None:
    (own,) = await scene.world.rows(
        "SELECT email FROM membership WHERE account_id = :account", account=scene.manager.account_id
    )
    before = await scene.everything()

    answer = await scene.set_up(analysis="joint", co_holder={**JO, "email": own["email"]})

    assert (answer.status_code, answer.json()["code"]) == (409, "grant_to_oneself")
    assert await scene.everything() == before


async def test_a13_who_is_not_in_the_staff_finds_no_firm(scene: Scene) -> None:
    other = await scene.world.office("Cabinet Autre")

    for who in (other.administrator, scene.world.somebody()):
        assert (await scene.set_up(who=who)).status_code == 404
    assert (await scene.set_up(who=scene.world.system())).status_code == 403


class TestPortalUserOnAnExistingDossier:
    """Document 000: open the client, manage portals, create a new user with the wished name and the address."""

    def terms(self, dossier: Any, **changes: Any) -> dict[str, Any]:
        return {"person_id": dossier.holder_id, "right": "write", "contact_confirmed": True, **changes}

    async def test_i3_the_wished_name_goes_along_and_the_default_is_proposed(self, scene: Scene) -> None:
        dossier = await scene.world.dossier(scene.office)
        path = dossier.path + "/grants"

        default = await scene.manager.post(path + "?dry_run=true", self.terms(dossier))
        wished = await scene.manager.post(path + "?dry_run=true", self.terms(dossier, user_name="LEA-1"))
        made = await scene.manager.post(path, self.terms(dossier, user_name="LEA-1", custom_text="Bonjour"))

        names = [one.json()["mails"][0]["user_name"] for one in (default, wished)]
        assert (names, made.status_code) == (["lea.dupont", "lea-1"], 201)
        (offered,) = await scene.world.harness.said(GrantOffered)
        assert (offered.user_name, offered.custom_text) == ("lea-1", "Bonjour")

    async def test_i3_what_cannot_be_a_user_name_is_refused(self, scene: Scene) -> None:
        dossier = await scene.world.dossier(scene.office)

        for name in ("", "ab", "x" * 65, "léa", "le a", ".lea", "lea-", "lea@example.com", "lea\n1"):
            answer = await scene.manager.post(dossier.path + "/grants", self.terms(dossier, user_name=name))

            assert answer.status_code == 422, name
            assert [(one["field"], one["rule"]) for one in answer.json()["errors"]] == [("user_name", "I3")]
        assert await scene.world.harness.said(GrantOffered) == []

    async def test_i3_a_name_is_not_changed_afterwards(self, scene: Scene) -> None:
        dossier = await scene.world.dossier(scene.office)
        grant = await scene.manager.made(dossier.path + "/grants", self.terms(dossier, user_name="lea-1"))
        path = f"{dossier.path}/grants/{grant['id']}"

        answer = await scene.manager.call("PATCH", path, {"right": "write", "user_name": "lea-2"}, If_Match="*")

        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "user_name")


async def test_p1_what_stands_in_the_way_of_the_client_is_named_where_it_was_typed(scene: Scene) -> None:
    await scene.made(client={**COMPANY, "code": "8005551"}, holder=LEA)

    answer = await scene.set_up(client={**COMPANY, "code": "8OO5551"}, holder=JO)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (409, "client.code")
