"""The pages: three languages, no script, nothing foreign, safe against other sites' forms, and the way in (I6, I10)."""

import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from event_contracts.people import Language
from service_kit.testing.http import open_client

World = Any
DAY = timedelta(days=1)
PASSWORD = "een korte zin die blijft"
EVIL = "<script>alert(1)</script>\"'><img src=x>"


class Outline(HTMLParser):
    """What a browser would find: tags with their attributes, and the ids that labels point at."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def assert_sound(html: str, language: str) -> None:
    """What every page promises."""
    outline = Outline(html)
    assert outline.all("html") == [{"lang": language}]
    assert [tag for tag, _ in outline.tags if tag in ("script", "style", "img", "iframe", "object", "embed")] == []
    assert [link["href"] for link in outline.all("link")] == ["/static/identity/style.css"]
    for _, attributes in outline.tags:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        for name in ("href", "src", "action"):
            assert (attributes.get(name) or "/").startswith(("/", "#"))
    labels = {label["for"] for label in outline.all("label")}
    assert {field["id"] for field in outline.all("input") if field["type"] != "hidden"} == labels
    assert len(outline.all("h1")) == 1


async def form(world: World, path: str, **fields: str) -> Any:
    return await world.client.post(path, data=fields, headers={"Sec-Fetch-Site": "same-origin", "Origin": "null"})


@pytest.mark.parametrize(
    ("language", "query", "title"),
    [
        (Language.NL, "", "Uw uitnodiging"),
        (Language.FR, "", "Votre invitation"),
        (Language.EN, "", "Your invitation"),
        (Language.NL, "?lang=fr", "Votre invitation"),
        (Language.NL, "?lang=xx", "Uw uitnodiging"),
    ],
)
async def test_m1_the_invitation_speaks_the_persons_language_unless_asked(
    world: World, language: Language, query: str, title: str
) -> None:
    firm = world.firm("Kantoor Maes & Zn")
    token = await world.invited(world.offered(firm, world.person(language=language), dossier_name="Familie Peeters"))
    answer = await world.client.get(f"/invitation/{token}{query}", headers={"Accept-Language": "en"})

    assert answer.status_code == 200
    assert f"<h1>{title}</h1>" in answer.text
    for shown in ("Kantoor Maes &amp; Zn", "Familie Peeters", 'value="jan.peeters"'):
        assert shown in answer.text
    assert_sound(answer.text, query.removeprefix("?lang=") if query == "?lang=fr" else language.value)


async def test_pages_are_kept_nowhere_and_load_nothing_foreign(world: World) -> None:
    token = await world.invited()
    for path in (f"/invitation/{token}", "/invitation/unknown", "/sign-in"):
        headers = (await world.client.get(path)).headers
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "style-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
    style = await world.client.get("/static/identity/style.css")
    assert (style.status_code, style.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "url(" not in style.text
    assert "@import" not in style.text


async def test_markup_and_line_breaks_in_names_are_only_text(world: World) -> None:
    person = world.person(given_name=EVIL, family_name="X\r\nSet-Cookie: a=b")
    offer = world.offered(world.firm(EVIL), person, dossier_name=EVIL, granted_by=EVIL)
    token = await world.invited(offer)
    page = await world.client.get(f"/invitation/{token}")
    assert_sound(page.text, "nl")
    assert "&lt;script&gt;" in page.text
    again = await form(world, f"/invitation/{token}", user_name=EVIL, password="kort")
    assert again.status_code == 422
    assert_sound(again.text, "nl")
    assert "set-cookie" not in again.headers
    assert "{" not in (await world.client.get("/sign-in?lang={{7*7}}")).text


async def test_the_whole_way_from_the_link_to_the_signed_in_page(world: World) -> None:
    offer, other = world.offered(dossier_name="Familie Peeters"), world.offered(world.firm("Kantoor Maes"))
    await world.told(offer, other, world.staff(world.firm("Kantoor Claes")))
    token = (await world.tokens())[0]
    accepted = await form(world, f"/invitation/{token}", user_name="janneman", password=PASSWORD)
    assert accepted.status_code == 200
    assert "janneman" in accepted.text
    assert 'href="/sign-in?lang=nl"' in accepted.text
    assert_sound(accepted.text, "nl")

    code_page = await form(world, "/sign-in?lang=nl", user_name="janneman", password=PASSWORD)
    assert_sound(code_page.text, "nl")
    (challenge,) = re.findall(r'name="challenge_id" value="([^"]+)"', code_page.text)
    entered = await form(world, "/sign-in/code?lang=nl", challenge_id=challenge, code=await world.last_code())
    assert (entered.status_code, entered.headers["location"]) == (303, "/account?lang=nl")
    cookie = entered.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie

    await world.told(world.activated(offer))
    account = await world.client.get("/account")
    assert_sound(account.text, "nl")
    assert "Familie Peeters (Fiduciaire Dubois): open" in account.text
    assert "Dossier Peeters (Kantoor Maes): wordt geopend" in account.text
    assert "Medewerker van het kantoor (Kantoor Claes): open" in account.text

    gone = await form(world, "/account/sign-out")
    assert (gone.status_code, gone.headers["location"]) == (303, "/sign-in")
    assert (await world.client.get("/account")).headers["location"] == "/sign-in"


async def test_i10_a_stolen_cookie_is_worthless_after_signing_out(world: World) -> None:
    await world.active(phone=None)
    await form(world, "/sign-in", user_name="jan.peeters", password=PASSWORD)
    stolen = world.client.cookies["session"]
    assert stolen not in await world.everything()
    await form(world, "/account/sign-out")
    world.client.cookies.set("session", stolen)
    assert (await world.client.get("/account")).status_code == 303


async def test_behind_https_the_cookie_is_secure_and_bound_to_the_host(world: World) -> None:
    await world.active(phone=None)
    deps = replace(world.deps, public_base_url="https://dossiers.example.org")
    async with open_client(world.harness.service.routers, database=world.database, deps=deps) as client:
        answer = await client.post("/sign-in", data={"user_name": "jan.peeters", "password": PASSWORD})
    assert answer.headers["set-cookie"].startswith("__Host-session=")
    assert "Secure" in answer.headers["set-cookie"]
    assert "Domain" not in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "same-site", "Origin": "https://evil.example.org"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
async def test_forms_of_other_sites_are_refused_before_anything_is_done(world: World, headers: dict[str, str]) -> None:
    token = await world.invited()
    before = await world.everything()
    fields = {"user_name": "jan.peeters", "password": PASSWORD}
    for path in (
        f"/invitation/{token}",
        f"/invitation/{token}/renewal",
        "/sign-in",
        "/sign-in/code",
        "/account/sign-out",
    ):
        answer = await world.client.post(path, data=fields, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "foreign_form")
    assert await world.everything() == before


@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("kort", "Het wachtwoord telt minstens 12 tekens."),
        ("password1234", "Dit wachtwoord is te gemakkelijk te raden."),
        ("x" * 129, "Het wachtwoord telt hoogstens 128 tekens."),
        ("", "Het wachtwoord telt minstens 12 tekens."),
    ],
)
async def test_i4_a_weak_password_shows_the_form_again_with_the_reason_and_keeps_the_name(
    world: World, password: str, message: str
) -> None:
    token = await world.invited()
    answer = await form(world, f"/invitation/{token}", user_name="janneman", password=password)
    assert answer.status_code == 422
    assert message in answer.text
    assert 'role="alert"' in answer.text
    assert 'value="janneman"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert f'value="{password}"' not in answer.text
    assert_sound(answer.text, "nl")


async def test_i6_dead_links_say_why_at_once(world: World) -> None:
    offer = world.offered()
    token = await world.invited(offer)

    async def shown(path: str) -> tuple[int, str]:
        answer = await world.client.get(path)
        assert_sound(answer.text, "fr" if "unknown" in path else "nl")
        assert 'type="password"' not in answer.text
        return answer.status_code, answer.text

    assert (await shown("/invitation/unknown"))[0] == 404
    await world.later(40 * DAY)
    status, text = await shown(f"/invitation/{token}")
    assert (status, "verlopen" in text, "/renewal" in text) == (410, True, True)
    renewed = await form(world, f"/invitation/{token}/renewal")
    assert "nieuwe link onderweg" in renewed.text
    status, text = await shown(f"/invitation/{token}")
    assert (status, "nieuwere link" in text, "/renewal" in text) == (410, True, True)
    await world.told(world.withdrawn(offer))
    status, text = await shown(f"/invitation/{token}")
    assert (status, "ingetrokken" in text, "/renewal" in text) == (410, True, False)
    answer = await form(world, f"/invitation/{token}", user_name="jan", password=PASSWORD)
    assert (answer.status_code, "ingetrokken" in answer.text) == (410, True)


async def test_i6_a_used_link_leads_to_signing_in(world: World) -> None:
    await world.active()
    (token,) = await world.tokens()
    answer = await world.client.get(f"/invitation/{token}")
    assert (answer.status_code, "/renewal" in answer.text) == (410, False)
    assert 'href="/sign-in?lang=nl"' in answer.text


async def test_i7_a_link_that_works_needs_no_fresh_one_and_shows_its_form(world: World) -> None:
    token = await world.invited()
    before = await world.everything()
    answer = await form(world, f"/invitation/{token}/renewal")
    assert (answer.status_code, "Uw link werkt nog." in answer.text) == (429, True)
    assert 'type="password"' in answer.text
    assert await world.everything() == before


async def test_changing_the_language_after_asking_for_a_fresh_link_leads_back_to_it(world: World) -> None:
    answer = await world.client.get("/invitation/some-token/renewal?lang=fr")
    assert (answer.status_code, answer.headers["location"]) == (303, "/invitation/some-token?lang=fr")


async def test_i7_too_many_fresh_links_are_refused_in_words(world: World) -> None:
    token = await world.invited()
    await world.later(40 * DAY)
    for _ in range(3):
        assert (await form(world, f"/invitation/{token}/renewal")).status_code == 200
    answer = await form(world, f"/invitation/{token}/renewal")
    assert answer.status_code == 429
    assert "over een uur" in answer.text


async def test_i10_sign_in_pages_say_the_same_for_everybody(world: World) -> None:
    await world.active()
    pages = [
        (await form(world, "/sign-in?lang=en", user_name=name, password=password)).text
        for name, password in [
            ("jan.peeters", PASSWORD),
            ("jan.peeters", "een fout wachtwoord"),
            ("niemand", "een fout wachtwoord"),
        ]
    ]
    without_ids = {re.sub(r'value="[^"]+"', "", page) for page in pages}
    assert len(without_ids) == 1
    challenge = re.findall(r'name="challenge_id" value="([^"]+)"', pages[2])[0]
    for code, status in [("12", 422), ("123456", 401)]:
        answer = await form(world, "/sign-in/code?lang=en", challenge_id=challenge, code=code)
        assert answer.status_code == status
        assert_sound(answer.text, "en")
    assert (await form(world, "/sign-in/code", challenge_id="x", code="123456")).headers["location"] == "/sign-in"


async def test_i10_a_name_that_waits_is_told_so(world: World) -> None:
    for n in range(7):
        answer = await form(world, "/sign-in?lang=en", user_name="niemand", password=f"gok nummer {n} van velen")
    assert answer.status_code == 429
    assert "Please wait a little" in answer.text
    assert 'value="niemand"' in answer.text


@pytest.mark.parametrize("path", ["/account", "/signed-in", "/sign-in/code"])
async def test_pages_for_people_who_are_not_signed_in_lead_to_signing_in(world: World, path: str) -> None:
    answer = await world.client.get(path, follow_redirects=True)
    assert str(answer.url).endswith("/sign-in")
    assert answer.status_code == 200
