"""Signing in and out in a browser: the same pages for everybody, a guarded cookie, codes of both kinds (I10)."""

import re
from dataclasses import replace
from typing import Any

import pytest
from service_kit.testing.http import open_client

World = Any
Visitor = Any
PASSWORD = "een korte zin die blijft"


async def test_the_whole_way_from_the_form_to_the_signed_in_page_and_out(world: World, visitor: Visitor) -> None:
    await world.active()
    begun = await visitor.send("/sign-in?lang=fr", user_name="jan.peeters", password=PASSWORD)
    challenge = visitor.challenge(begun)
    assert (begun.status_code, begun.headers["location"]) == (303, f"/sign-in/code?challenge={challenge}&lang=fr")
    form = await visitor.get(begun.headers["location"])
    assert f'href="/sign-in/code?challenge={challenge}&amp;lang=nl"' in form.text
    assert f'action="/sign-in/code?challenge={challenge}&amp;lang=fr"' in form.text

    entered = await visitor.send(f"/sign-in/code?challenge={challenge}&lang=fr", code=await world.last_code())
    assert (entered.status_code, entered.headers["location"]) == (303, "/account?lang=fr")
    cookie = entered.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert '<html lang="nl">' in (await visitor.get("/account")).text

    gone = await visitor.done("/account/sign-out")
    assert "Vous êtes déconnecté." in gone.text
    assert (await visitor.get("/account")).headers["location"] == "/sign-in"


async def test_i10_a_stolen_cookie_is_worthless_after_signing_out(world: World, visitor: Visitor) -> None:
    await world.active(phone=None)
    await visitor.sign_in()
    stolen = visitor.client.cookies["session"]
    assert stolen not in await world.everything()
    await visitor.send("/account/sign-out")
    visitor.client.cookies.set("session", stolen)
    answer = await visitor.get("/account")
    assert answer.status_code == 303
    assert 'session=""' in answer.headers["set-cookie"]


async def test_behind_https_the_cookie_is_secure_and_bound_to_the_host(world: World) -> None:
    await world.active(phone=None)
    deps = replace(world.deps, public_base_url="https://dossiers.example.org")
    async with open_client(world.harness.service.routers, database=world.database, deps=deps) as client:
        answer = await client.post("/sign-in", data={"user_name": "jan.peeters", "password": PASSWORD})
    assert answer.headers["set-cookie"].startswith("__Host-session=")
    assert "Secure" in answer.headers["set-cookie"]
    assert "Domain" not in answer.headers["set-cookie"]


async def test_i10_sign_in_pages_say_the_same_for_everybody(world: World, visitor: Visitor) -> None:
    await world.active()
    pages, challenge = set(), ""
    for name, password in [("jan.peeters", PASSWORD), ("jan.peeters", "een fout wachtwoord"), ("niemand", "een gok")]:
        begun = await visitor.send("/sign-in?lang=en", user_name=name, password=password)
        challenge = visitor.challenge(begun)
        pages.add((await visitor.get(begun.headers["location"])).text.replace(challenge, ""))
    assert len(pages) == 1
    for kind in ("code", "recovery-code"):
        path = f"/sign-in/{kind}?challenge={challenge}&lang=en"
        wrong = "123456" if kind == "code" else "-".join(["abcd"] * 6)
        for code, status in [("12", 422), (wrong, 401)]:
            answer = await visitor.send(path, code=code)
            assert answer.status_code == status
            assert 'id="code-error"' in answer.text


async def test_i10_a_name_that_waits_is_told_so(visitor: Visitor) -> None:
    for n in range(7):
        answer = await visitor.send("/sign-in?lang=en", user_name="niemand", password=f"gok nummer {n} van velen")
    assert answer.status_code == 429
    assert "Please wait a little" in answer.text
    assert 'value="niemand"' in answer.text


async def test_i13_a_recovery_code_signs_in_once_without_the_phone(world: World, owner: Visitor) -> None:
    made = await owner.send("/account/recovery-codes", password=PASSWORD)
    codes = re.findall(r"<li>([^<]+)</li>", made.text.partition('class="codes"')[2])
    assert len(codes) == 10
    await owner.send("/account/sign-out")
    for status in (303, 401):
        begun = await owner.send("/sign-in", user_name="jan.peeters", password=PASSWORD)
        path = f"/sign-in/recovery-code?challenge={owner.challenge(begun)}"
        assert (await owner.get(path)).status_code == 200
        assert (await owner.send(path, code=codes[0])).status_code == status
    left = await owner.get("/account/recovery-codes")
    assert "U hebt nog 9 codes." in left.text


@pytest.mark.parametrize("challenge", ["", "?challenge=x", "?challenge=%27%3B--"])
@pytest.mark.parametrize("kind", ["code", "recovery-code"])
async def test_there_is_no_code_to_enter_without_having_started(visitor: Visitor, kind: str, challenge: str) -> None:
    assert (await visitor.get(f"/sign-in/{kind}{challenge}")).headers["location"] == "/sign-in"
    assert (await visitor.send(f"/sign-in/{kind}{challenge}", code="123456")).headers["location"] == "/sign-in"


@pytest.mark.parametrize("result", ["anything", "<b>", "left", "profile"])
async def test_a_page_reports_no_results_that_are_not_its_own(visitor: Visitor, result: str) -> None:
    assert 'role="status"' not in (await visitor.get(f"/sign-in?done={result}")).text
    assert 'role="status"' in (await visitor.get("/sign-in?done=erased")).text
