"""A firm's staff see a mail before it is sent: real wording, look and limits, and a link that opens nothing (M3)."""

import base64
from collections.abc import AsyncIterator
from itertools import product
from typing import Any
from uuid import UUID

import httpx
import pytest
from event_contracts.firms import FirmConfigured, NoticeKind, StaffJoined, StaffRemoved
from event_contracts.people import Brand, FirmRef, Language
from event_contracts.security import SessionEnded
from notifier_service.bootstrap import SERVICE
from service_kit.http.auth import Caller
from service_kit.ids import new_id
from service_kit.testing.events import arrived
from service_kit.testing.http import open_client
from service_kit.testing.tokens import TestIssuer

World = Any
PATH = "/api/notifier/v1/previews"
MARTIN = FirmRef(firm_id=new_id(), name="Cabinet Martin", language=Language.FR)
LAMBERT = FirmRef(firm_id=new_id(), name="Kantoor Lambert", language=Language.NL)
LOGO = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x64\x00\x00\x00\x32"
ACCESS: dict[str, Any] = {
    "form": "access",
    "firm_name": "Cabinet Martin",
    "given_name": "Léa",
    "family_name": "Dupont",
    "user_name": "…",
    "granted_by": "Anne Petit",
    "custom_text": None,
    "offers": [{"kind": "dossier", "dossier_name": "Famille Dupont", "right": "read", "staff_role": None}],
}
NOTICE: dict[str, Any] = {
    "form": "notice",
    "firm_name": "Cabinet Martin",
    "given_name": "Léa",
    "family_name": "Dupont",
    "lines": [
        {
            "kind": "offered",
            "at": "2026-07-01T08:30:00Z",
            "dossier_id": str(new_id()),
            "dossier_name": "Famille Dupont",
            "offer_id": str(new_id()),
            "person_name": "Luc Petit",
            "role": "family",
            "right": "write",
            "by": "Anne Petit",
        }
    ],
}
ACCESS_TEMPLATES = ["invitation_first", "invitation_added", "reminder_1", "reminder_2", "reminder_later"]
ACCESS_TEMPLATES += ["access_notice", "sign_in_information"]
NOTICES = ["holder_notice", "manager_notice", "person_notice"]
PLAN: dict[str, Any] = {
    "form": "plan",
    "firm_name": "Cabinet Martin",
    "given_name": "Léa",
    "family_name": "Dupont",
    "dossier_name": "Famille Dupont",
    "plan_title": "Retraite",
    "version": 2,
    "published_by": "Anne Petit",
    "custom_text": "Bonjour <b>Léa</b>",
}


def body(**changes: Any) -> dict[str, Any]:
    wish = {"firm_id": str(MARTIN.firm_id), "template": "invitation_first", "language": "fr", "parameters": ACCESS}
    return {**wish, **changes}


def joined(firm: FirmRef, account_id: UUID) -> StaffJoined:
    return StaffJoined(membership_id=new_id(), firm_id=firm.firm_id, account_id=account_id, role="accountant")


@pytest.fixture
def issuer() -> TestIssuer:
    return TestIssuer()


@pytest.fixture
def me() -> Caller:
    """An accountant of Cabinet Martin, who is nobody at Kantoor Lambert."""
    return Caller(account_id=new_id(), session_id=new_id(), kind="user")


@pytest.fixture
async def client(world: World, issuer: TestIssuer, me: Caller) -> AsyncIterator[httpx.AsyncClient]:
    brand = Brand(
        sender_name="Martin & Fils",
        reply_to="info@martin.example",
        colour="#7a1e3c",
        logo_png=base64.b64encode(LOGO).decode(),
    )
    await world.told(joined(MARTIN, me.account_id), joined(LAMBERT, new_id()), FirmConfigured(firm=MARTIN, brand=brand))
    async with open_client(
        SERVICE.routers, database=world.database, deps=world.harness.deps, verifier=issuer.verifier
    ) as client:
        client.headers.update(issuer.headers_of(me.account_id, me.session_id))
        yield client


def fields(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 422
    return [error["field"] for error in answer.json()["errors"]]


class TestWhatIsShown:
    @pytest.mark.parametrize("language", Language)
    async def test_an_invitation_looks_like_the_real_one_with_a_dummy_link(
        self, client: httpx.AsyncClient, language: Language
    ) -> None:
        answer = await client.post(PATH, json=body(language=language))

        shown = answer.json()
        assert answer.status_code == 200
        assert (shown["sender_name"], shown["reply_to"]) == ("Martin & Fils", "info@martin.example")
        for twin in (shown["text"], shown["html"]):
            assert "https://access.example/invitation/preview" in twin
            assert "Famille Dupont" in twin
        assert "#7a1e3c" in shown["html"]
        assert f"data:image/png;base64,{base64.b64encode(LOGO).decode()}" in shown["html"]
        assert "cid:" not in shown["html"]

    @pytest.mark.parametrize("template", ACCESS_TEMPLATES + NOTICES)
    async def test_every_mail_of_a_firm_can_be_looked_at(self, client: httpx.AsyncClient, template: str) -> None:
        parameters = NOTICE if template in NOTICES else ACCESS

        answer = await client.post(PATH, json=body(template=template, parameters=parameters))

        assert answer.status_code == 200
        assert ("/invitation/preview" in answer.json()["text"]) is (template in ACCESS_TEMPLATES[:5])

    @pytest.mark.parametrize("language", Language)
    async def test_every_kind_of_notice_can_be_looked_at(self, client: httpx.AsyncClient, language: Language) -> None:
        told = {"reason": "Fin de mission", "plan_title": "Retraite", "closed_access": "read_only"}
        for template, kind in product(NOTICES, NoticeKind):
            parameters = {**NOTICE, "lines": [{**NOTICE["lines"][0], "kind": kind, **told}]}
            answer = await client.post(PATH, json=body(template=template, parameters=parameters, language=language))

            assert answer.status_code == 200
            assert "Anne Petit" in answer.json()["text"]
            assert ("Retraite" in answer.json()["text"]) is kind.startswith("change_")

    @pytest.mark.parametrize("language", Language)
    async def test_the_mail_of_a_published_plan_looks_like_the_real_one(
        self, client: httpx.AsyncClient, language: Language
    ) -> None:
        answer = await client.post(PATH, json=body(template="plan_published", parameters=PLAN, language=language))

        shown = answer.json()
        assert answer.status_code == 200
        assert (shown["sender_name"], shown["reply_to"]) == ("Martin & Fils", "info@martin.example")
        for words in ("Léa Dupont,", "Retraite", "Famille Dupont", "Anne Petit", "> Bonjour <b>Léa</b>"):
            assert words in shown["text"]
        assert "https://access.example/sign-in" in shown["text"]
        assert "&lt;b&gt;Léa&lt;/b&gt;" in shown["html"]

    async def test_the_granters_words_are_shown_as_plain_lines(self, client: httpx.AsyncClient) -> None:
        words = "Bonjour <b>Léa</b>,\r\nà bientôt {{ 7*7 }}"

        shown = (await client.post(PATH, json=body(parameters={**ACCESS, "custom_text": words}))).json()

        assert "> Bonjour <b>Léa</b>,\n> à bientôt {{ 7*7 }}" in shown["text"]
        assert "&lt;b&gt;Léa&lt;/b&gt;" in shown["html"]

    async def test_nothing_is_sent_or_kept(self, world: World, client: httpx.AsyncClient) -> None:
        await client.post(PATH, json=body())

        assert await world.states() == {}
        assert await world.harness.said_types() == []


class TestBadInput:
    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"template": "welcome"}, "template"),
            ({"template": "password_reset"}, "template"),
            ({"template": "../../etc/passwd"}, "template"),
            ({"language": "de"}, "language"),
            ({"language": ""}, "language"),
            ({"firm_id": "x"}, "firm_id"),
            ({"to": "lea@example.com"}, "to"),
            ({"parameters": {"form": "welcome"}}, "parameters"),
            ({"parameters": {**NOTICE}}, "parameters.form"),
            ({"template": "holder_notice"}, "parameters.form"),
            ({"template": "plan_published"}, "parameters.form"),
            ({"parameters": PLAN}, "parameters.form"),
            ({"template": "plan_published", "parameters": {**PLAN, "version": 0}}, "parameters.plan.version"),
            (
                {"template": "plan_published", "parameters": {**PLAN, "plan_title": "a\nb"}},
                "parameters.plan.plan_title",
            ),
            (
                {"template": "plan_published", "parameters": {**PLAN, "custom_text": "a\u202eb"}},
                "parameters.plan.custom_text",
            ),
        ],
    )
    async def test_what_we_do_not_have_is_refused_by_its_field(
        self, client: httpx.AsyncClient, changes: dict[str, Any], field: str
    ) -> None:
        assert fields(await client.post(PATH, json=body(**changes))) == [field]

    @pytest.mark.parametrize(
        "words", ["x" * 2001, "x" * 100_000, "a\x00b", "a\x1b[31m", "a\u202eb", "a\u2028b", "a\rb"]
    )
    async def test_custom_text_has_the_limits_of_the_real_thing(self, client: httpx.AsyncClient, words: str) -> None:
        answer = await client.post(PATH, json=body(parameters={**ACCESS, "custom_text": words}))

        assert fields(answer) == ["parameters.access.custom_text"]
        assert words not in answer.text

    async def test_custom_text_of_the_longest_length_is_taken(self, client: httpx.AsyncClient) -> None:
        answer = await client.post(PATH, json=body(parameters={**ACCESS, "custom_text": "é" * 2000}))

        assert answer.status_code == 200
        assert "é" * 2000 in answer.json()["text"]

    @pytest.mark.parametrize("name", ["firm_name", "given_name", "family_name", "user_name", "granted_by"])
    @pytest.mark.parametrize("value", ["a\r\nBcc: all@example.com", "a\x07", "x" * 401])
    async def test_a_name_is_one_line(self, client: httpx.AsyncClient, name: str, value: str) -> None:
        answer = await client.post(PATH, json=body(parameters={**ACCESS, name: value}))

        assert fields(answer) == [f"parameters.access.{name}"]

    @pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-07-01T08:30:00", "soon"])
    async def test_a_moment_no_calendar_shows_is_refused(self, client: httpx.AsyncClient, moment: str) -> None:
        until = await client.post(PATH, json=body(parameters={**ACCESS, "expires_at": moment}))
        line = {**NOTICE["lines"][0], "at": moment}
        happened = await client.post(PATH, json=body(template="holder_notice", parameters={**NOTICE, "lines": [line]}))

        assert fields(until) == ["parameters.access.expires_at"]
        assert fields(happened)[0] == "parameters.notice.lines.0.at"

    @pytest.mark.parametrize("offers", [[], [ACCESS["offers"][0]] * 101])
    async def test_a_mail_names_one_to_a_hundred_accesses(self, client: httpx.AsyncClient, offers: list[Any]) -> None:
        answer = await client.post(PATH, json=body(parameters={**ACCESS, "offers": offers}))

        assert fields(answer) == ["parameters.access.offers"]


class TestWhoMayLook:
    async def test_another_firm_is_not_found_and_so_is_one_that_does_not_exist(self, client: httpx.AsyncClient) -> None:
        other = await client.post(PATH, json=body(firm_id=str(LAMBERT.firm_id)))
        none = await client.post(PATH, json=body(firm_id=str(new_id())))

        assert other.status_code == none.status_code == 404
        strip = ("correlation_id",)
        assert {k: v for k, v in other.json().items() if k not in strip} == {
            k: v for k, v in none.json().items() if k not in strip
        }

    async def test_systems_and_strangers_are_refused(self, client: httpx.AsyncClient, issuer: TestIssuer) -> None:
        system = await client.post(PATH, json=body(), headers=issuer.headers_of_system("reporting"))
        stranger = await client.post(PATH, json=body(), headers=issuer.headers_of(new_id()))
        del client.headers["Authorization"]
        nobody = await client.post(PATH, json=body())

        assert (system.status_code, stranger.status_code, nobody.status_code) == (403, 404, 401)

    async def test_who_left_the_staff_is_refused_at_once(self, world: World, issuer: TestIssuer) -> None:
        account_id, place = new_id(), new_id()
        place_taken = StaffJoined(membership_id=place, firm_id=MARTIN.firm_id, account_id=account_id, role="accountant")
        removed = StaffRemoved(membership_id=place, firm_id=MARTIN.firm_id, account_id=account_id)
        await world.told(arrived(place_taken, sequence=1), arrived(removed, sequence=2))
        async with open_client(
            SERVICE.routers, database=world.database, deps=world.harness.deps, verifier=issuer.verifier
        ) as client:
            answer = await client.post(PATH, json=body(), headers=issuer.headers_of(account_id))

        assert answer.status_code == 404

    async def test_an_ended_session_is_refused(self, world: World, client: httpx.AsyncClient, me: Caller) -> None:
        assert me.session_id is not None
        (row,) = await world.rows("SELECT app_now() + interval '10 minutes' AS until")
        until = row["until"]
        await world.told(
            SessionEnded(
                session_id=me.session_id, account_id=me.account_id, reason="signed_out", tokens_expire_at=until
            )
        )

        assert (await client.post(PATH, json=body())).status_code == 401
