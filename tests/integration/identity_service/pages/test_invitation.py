"""The page behind a mail's link: three languages, safe against anything in names, and every end of an invitation."""

from datetime import timedelta
from typing import Any

import pytest
from event_contracts.dossier import OfferSuspended
from event_contracts.identity import InvitationDeclined
from event_contracts.people import Language

World = Any
Visitor = Any
DAY = timedelta(days=1)
PASSWORD = "een korte zin die blijft"
EVIL = "<script>alert(1)</script>\"'><img src=x>"


@pytest.mark.parametrize(
    ("language", "query", "title", "until"),
    [
        (Language.NL, "", "Uw uitnodiging", "tijd)."),
        (Language.FR, "", "Votre invitation", "Europe centrale)."),
        (Language.EN, "", "Your invitation", "Time)."),
        (Language.NL, "?lang=fr", "Votre invitation", "Europe centrale)."),
        (Language.NL, "?lang=xx", "Uw uitnodiging", "tijd)."),
    ],
)
async def test_m1_the_invitation_speaks_the_persons_language_unless_asked(
    world: World, visitor: Visitor, language: Language, query: str, title: str, until: str
) -> None:
    firm = world.firm("Kantoor Maes & Zn")
    token = await world.invited(world.offered(firm, world.person(language=language), dossier_name="Familie Peeters"))
    expected = language.value if query in ("", "?lang=xx") else query.removeprefix("?lang=")
    answer = await visitor.get(f"/invitation/{token}{query}", **{"Accept-Language": "en"})

    assert answer.status_code == 200
    assert f"<h1>{title}</h1>" in answer.text
    assert f'<html lang="{expected}">' in answer.text
    assert until in answer.text
    for shown in ("Kantoor Maes &amp; Zn", "Familie Peeters", 'value="jan.peeters"'):
        assert shown in answer.text


async def test_markup_and_line_breaks_in_names_are_only_text(world: World, visitor: Visitor) -> None:
    person = world.person(given_name=EVIL, family_name="X\r\nSet-Cookie: a=b")
    offer = world.offered(world.firm(EVIL), person, dossier_name=EVIL, granted_by=EVIL)
    token = await world.invited(offer)
    page = await visitor.get(f"/invitation/{token}")
    assert "&lt;script&gt;" in page.text
    again = await visitor.send(f"/invitation/{token}", user_name=EVIL, password="kort")
    assert again.status_code == 422
    assert "set-cookie" not in again.headers
    assert "&lt;script&gt;" in (await visitor.get(f"/invitation/{token}/decline")).text
    assert "{" not in (await visitor.get("/sign-in?lang={{7*7}}")).text


async def test_the_account_is_made_and_its_page_may_be_reloaded(world: World, visitor: Visitor) -> None:
    token = await world.invited()
    made = await visitor.send(f"/invitation/{token}", user_name="janneman", password=PASSWORD)
    assert (made.status_code, made.headers["location"]) == (303, f"/invitation/{token}/created")
    for _ in range(2):
        page = await visitor.get(made.headers["location"])
        assert page.status_code == 200
        assert "janneman" in page.text
        assert 'href="/sign-in?lang=nl"' in page.text
    await world.later(DAY)
    later = await visitor.get(made.headers["location"])
    assert (later.status_code, later.headers["location"]) == (303, f"/invitation/{token}")


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
    world: World, visitor: Visitor, password: str, message: str
) -> None:
    token = await world.invited()
    answer = await visitor.send(f"/invitation/{token}", user_name="janneman", password=password)
    assert answer.status_code == 422
    assert f'<a href="#password">{message}</a>' in answer.text
    assert f'<p class="error" id="password-error">{message}</p>' in answer.text
    assert "<title>Fout: Uw uitnodiging" in answer.text
    assert 'role="alert"' in answer.text
    assert 'value="janneman"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert f'value="{password}"' not in answer.text


async def test_i6_dead_links_say_why_at_once(world: World, visitor: Visitor) -> None:
    offer = world.offered()
    token = await world.invited(offer)

    async def shown(path: str) -> tuple[int, str]:
        answer = await visitor.get(path)
        assert 'type="password"' not in answer.text
        return answer.status_code, answer.text

    assert (await shown("/invitation/unknown"))[0] == 404
    await world.later(40 * DAY)
    status, text = await shown(f"/invitation/{token}")
    assert (status, "verlopen" in text, "/renewal" in text) == (410, True, True)
    renewed = await visitor.done(f"/invitation/{token}/renewal")
    assert "nieuwe link onderweg" in renewed.text
    status, text = await shown(f"/invitation/{token}")
    assert (status, "nieuwere link" in text, "/renewal" in text) == (410, True, True)
    await world.told(world.withdrawn(offer))
    status, text = await shown(f"/invitation/{token}")
    assert (status, "ingetrokken" in text, "/renewal" in text) == (410, True, False)
    answer = await visitor.send(f"/invitation/{token}", user_name="jan", password=PASSWORD)
    assert (answer.status_code, "ingetrokken" in answer.text) == (410, True)


async def test_i6_a_used_link_leads_to_signing_in(world: World, visitor: Visitor) -> None:
    await world.active()
    (token,) = await world.tokens()
    answer = await visitor.get(f"/invitation/{token}")
    assert (answer.status_code, "/renewal" in answer.text) == (410, False)
    assert 'href="/sign-in?lang=nl"' in answer.text


async def test_i7_a_link_that_works_needs_no_fresh_one_and_shows_its_form(world: World, visitor: Visitor) -> None:
    token = await world.invited()
    answer = await visitor.send(f"/invitation/{token}/renewal")
    assert (answer.status_code, "Uw link werkt nog." in answer.text) == (429, True)
    assert 'type="password"' in answer.text
    assert len(await world.tokens()) == 1


async def test_changing_the_language_after_asking_for_a_fresh_link_leads_back_to_it(visitor: Visitor) -> None:
    answer = await visitor.get("/invitation/some-token/renewal?lang=fr")
    assert (answer.status_code, answer.headers["location"]) == (303, "/invitation/some-token?lang=fr")


async def test_i7_too_many_fresh_links_are_refused_in_words(world: World, visitor: Visitor) -> None:
    token = await world.invited()
    await world.later(40 * DAY)
    for _ in range(3):
        assert (await visitor.done(f"/invitation/{token}/renewal")).status_code == 200
    answer = await visitor.send(f"/invitation/{token}/renewal")
    assert answer.status_code == 429
    assert "over een uur" in answer.text


async def test_r3_no_fresh_link_is_sent_while_the_offer_is_suspended_and_the_page_says_so(
    world: World, visitor: Visitor
) -> None:
    offer = world.offered()
    token = await world.invited(offer)
    await world.later(40 * DAY)
    await world.told(OfferSuspended(grant_id=offer.grant_id, dossier_id=offer.dossier_id, firm_id=offer.firm.firm_id))
    answer = await visitor.send(f"/invitation/{token}/renewal")
    assert (answer.status_code, "wordt op dit moment niets verstuurd" in answer.text) == (409, True)
    assert len(await world.tokens()) == 1


async def test_i5_declining_asks_first_and_then_says_so_on_every_link(world: World, visitor: Visitor) -> None:
    offer = world.offered(dossier_name="Familie Peeters")
    token = await world.invited(offer)
    asked = await visitor.get(f"/invitation/{token}")
    assert f'href="/invitation/{token}/decline?lang=nl"' in asked.text
    question = await visitor.get(f"/invitation/{token}/decline")
    assert "Familie Peeters" in question.text
    assert await world.harness.said(InvitationDeclined) == []

    declined = await visitor.done(f"/invitation/{token}/decline")
    assert declined.status_code == 410
    assert "<h1>U hebt deze uitnodiging geweigerd</h1>" in declined.text
    assert "/renewal" not in declined.text
    (said,) = await world.harness.said(InvitationDeclined)
    assert said.offer_ids == (offer.grant_id,)
    again = await visitor.send(f"/invitation/{token}/decline")
    assert (again.status_code, len(await world.harness.said(InvitationDeclined))) == (303, 1)


@pytest.mark.parametrize("path", ["unknown/decline", "unknown/created", "unknown/renewal"])
async def test_pages_about_a_link_lead_back_to_it_when_there_is_nothing_to_say(visitor: Visitor, path: str) -> None:
    answer = await visitor.get(f"/invitation/{path}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/invitation/unknown")


async def test_i6_a_dead_link_has_nothing_to_decline(world: World, visitor: Visitor) -> None:
    token = await world.invited()
    await world.later(40 * DAY)
    answer = await visitor.send(f"/invitation/{token}/decline")
    assert (answer.status_code, "verlopen" in answer.text) == (410, True)
    assert await world.harness.said(InvitationDeclined) == []
