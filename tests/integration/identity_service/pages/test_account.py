"""The owner's pages (I13): everything a person may do with their own account, each with its result and its refusals."""

import re
from datetime import timedelta
from typing import Any

import pytest
from event_contracts.firms import StaffJoined
from event_contracts.identity import AccessLeft
from event_contracts.people import SealPurpose
from event_contracts.security import ContactCodeIssued

World = Any
Visitor = Any
PASSWORD = "een korte zin die blijft"
NEW = "vier heldere woorden samen"


async def contact_code(world: World) -> str:
    """The code that went to the new address or number."""
    said = (await world.harness.said(ContactCodeIssued))[-1]
    return str(
        world.deps.sealer.open(
            said.sealed_code,
            purpose=SealPurpose.CONTACT_CODE,
            subject=str(said.change_id),
            recipient=said.address,
            now=said.expires_at - timedelta(seconds=1),
        )
    )


async def test_the_first_page_shows_what_is_open_over_all_firms(world: World, visitor: Visitor) -> None:
    offer, other = world.offered(dossier_name="Familie Peeters"), world.offered(world.firm("Kantoor Maes"))
    await world.told(offer, other, world.staff(world.firm("Kantoor Claes")))
    await world.accept((await world.tokens())[0])
    await visitor.sign_in()
    await world.told(world.activated(offer))
    page = (await visitor.get("/account")).text
    assert "Familie Peeters (Fiduciaire Dubois): open" in page
    assert "Dossier Peeters (Kantoor Maes): wordt geopend" in page
    assert "Medewerker van het kantoor (Kantoor Claes): wordt geopend" in page
    assert "Aangemeld als jan.peeters" in page
    for section in ("profile", "contact", "password", "recovery-codes", "sessions", "access", "data"):
        assert f'href="/account/{section}"' in page
        assert (await visitor.get(f"/account/{section}")).status_code == 200


async def test_a14_staff_without_a_phone_are_asked_to_add_one(world: World, visitor: Visitor) -> None:
    await world.active(phone=None)
    await world.told(world.staff())
    page = await visitor.sign_in()
    assert "Voeg een telefoonnummer toe" in page.text
    begun = await visitor.send("/account/contact", kind="phone", value="+32 470 99 88 77", password=PASSWORD)
    await visitor.send(begun.headers["location"], code=await contact_code(world))
    assert "Voeg een telefoonnummer toe" not in (await visitor.get("/account")).text


async def test_people_who_are_no_staff_are_not_asked_for_a_phone(world: World, visitor: Visitor) -> None:
    await world.active(phone=None)
    assert "Voeg een telefoonnummer toe" not in (await visitor.sign_in()).text


async def test_name_and_language_change_and_the_next_page_speaks_the_new_one(owner: Visitor) -> None:
    saved = await owner.done("/account/profile?lang=nl", given_name="Johan", family_name="Peeters", language="fr")
    assert '<html lang="fr">' in saved.text
    assert "Vos modifications sont enregistrées." in saved.text
    assert "Johan Peeters" in (await owner.get("/account")).text
    refused = await owner.send("/account/profile", given_name=" ", family_name="Peeters", language="fr")
    assert (refused.status_code, 'href="#given_name"' in refused.text) == (422, True)


async def test_somebody_known_by_one_word_need_not_find_another_to_change_the_language(
    world: World, visitor: Visitor
) -> None:
    await world.active(given_name="", family_name="Couture")
    await visitor.sign_in("couture")
    form = (await visitor.get("/account/profile")).text
    assert ('name="given_name" type="text" autocomplete' in form, 'value="Couture" required' in form) == (True, True)
    saved = await visitor.done("/account/profile", given_name="", family_name="Couture", language="fr")
    assert "Vos modifications sont enregistrées." in saved.text
    assert "<p>Couture, jan@example.org</p>" in (await visitor.get("/account")).text


async def test_i9_an_address_changes_by_the_code_sent_there(world: World, owner: Visitor) -> None:
    form = {"kind": "email", "value": "Jan.Nieuw@Example.org", "password": PASSWORD}
    begun = await owner.send("/account/contact", **form)
    assert begun.status_code == 303
    asked = await owner.get(begun.headers["location"])
    assert "jan.nieuw@example.org" in asked.text
    assert "Midden-Europese" in asked.text
    wrong = await owner.send(begun.headers["location"], code="000000")
    assert (wrong.status_code, 'id="code-error"' in wrong.text) == (422, True)
    assert "jan@example.org" in (await owner.get("/account/contact")).text
    done = await owner.done(begun.headers["location"], code=await contact_code(world))
    assert "Uw nieuwe e-mailadres geldt vanaf nu." in done.text
    assert "jan.nieuw@example.org" in done.text
    assert (await owner.get(begun.headers["location"])).headers["location"] == "/account/contact"


@pytest.mark.parametrize(
    ("kind", "value", "password", "field", "message"),
    [
        ("email", "geen adres", PASSWORD, "email", "Dit is geen e-mailadres."),
        ("email", "jan@example.org", PASSWORD, "email", "Dit is wat uw account al heeft."),
        ("phone", "0470 12 34 56", PASSWORD, "phone", "Het nummer begint met + en de landcode."),
        ("phone", "+32470998877", "fout wachtwoord", "phone-password", "Het huidige wachtwoord is niet juist."),
    ],
)
async def test_what_cannot_be_taken_is_said_at_the_form_that_was_sent(
    owner: Visitor, kind: str, value: str, password: str, field: str, message: str
) -> None:
    answer = await owner.send("/account/contact", kind=kind, value=value, password=password)
    assert answer.status_code == 422
    assert f'<a href="#{field}">{message}</a>' in answer.text
    assert f'id="{field}-error"' in answer.text
    assert answer.text.count("aria-invalid") == 1


async def test_the_password_changes_with_the_current_one(world: World, owner: Visitor) -> None:
    wrong = await owner.send("/account/password", current_password="fout", password=NEW)
    assert (wrong.status_code, 'id="current_password-error"' in wrong.text) == (422, True)
    weak = await owner.send("/account/password", current_password=PASSWORD, password="kort")
    assert (weak.status_code, 'id="password-error"' in weak.text) == (422, True)
    done = await owner.done("/account/password", current_password=PASSWORD, password=NEW)
    assert "Uw nieuwe wachtwoord is bewaard." in done.text
    await owner.send("/account/sign-out")
    assert "Uw account" in (await owner.sign_in(password=NEW)).text


async def test_recovery_codes_are_shown_once_and_counted_in_words(owner: Visitor) -> None:
    assert "U hebt geen codes." in (await owner.get("/account/recovery-codes")).text
    assert (await owner.send("/account/recovery-codes", password="fout")).status_code == 422
    made = await owner.send("/account/recovery-codes", password=PASSWORD)
    codes = re.findall(r"<li>([^<]+)</li>", made.text.partition('class="codes"')[2])
    page = await owner.get("/account/recovery-codes")
    assert "U hebt nog 10 codes." in page.text
    assert not [code for code in codes if code in page.text]


async def test_other_devices_are_listed_and_ended(world: World, owner: Visitor) -> None:
    tokens = [await world.sign_in() for _ in range(3)]
    page = (await owner.get("/account/sessions", **{"User-Agent": "x"})).text
    assert page.count("Een app of programma</h2>") == 3
    assert "dit toestel" in page
    assert "Alle tijden: Midden-Europese tijd." in page
    ended = await owner.done(f"/account/sessions/{tokens[0]['session_id']}/end")
    assert "Het toestel is afgemeld." in ended.text
    assert (await world.me(tokens[0]["access_token"])).status_code == 401
    rest = await owner.done("/account/sessions/end-others")
    assert "Alle andere toestellen zijn afgemeld." in rest.text
    assert (await world.me(tokens[1]["access_token"])).status_code == 401
    assert "Een app of programma" not in rest.text


async def test_a5_leaving_a_dossier_asks_first_and_says_that_it_is_being_closed(world: World, visitor: Visitor) -> None:
    offer = world.offered(dossier_name="Familie Peeters")
    await world.accept(await world.invited(offer))
    await visitor.sign_in()
    await world.told(world.activated(offer))
    page = (await visitor.get("/account/access")).text
    assert "lezen en wijzigen, open" in page
    assert re.search(r"Gegeven door Anne Dubois op \d+ \w+ \d{4}\.", page)
    path = f"/account/access/{offer.grant_id}/leave"
    assert f'href="{path}"' in page
    asked = await visitor.get(path)
    assert "Familie Peeters" in asked.text
    assert await world.harness.said(AccessLeft) == []
    left = await visitor.done(path)
    assert "wordt gesloten" in left.text
    assert path not in left.text
    (said,) = await world.harness.said(AccessLeft)
    assert said.offer_id == offer.grant_id


async def test_a14_a_place_in_a_staff_is_not_left_here(world: World, visitor: Visitor) -> None:
    place = world.staff()
    await world.told(place)
    await world.accept((await world.tokens())[0])
    await visitor.sign_in()
    path = f"/account/access/{place.membership_id}/leave"
    assert path not in (await visitor.get("/account/access")).text
    assert (await visitor.get(path)).headers["location"] == "/account/access"
    assert (await visitor.send(path)).headers["location"] == "/account/access"
    assert await world.harness.said(AccessLeft) == []


async def test_somebody_elses_dossier_is_not_there_to_be_left(world: World, owner: Visitor) -> None:
    other = world.offered(person=world.person(email="ann@example.org", given_name="Ann"))
    await world.told(other)
    path = f"/account/access/{other.grant_id}/leave"
    assert (await owner.get(path)).headers["location"] == "/account/access"
    await owner.send(path)
    assert await world.harness.said(AccessLeft) == []


async def test_the_export_is_a_file_that_is_kept_nowhere(owner: Visitor) -> None:
    answer = await owner.get("/account/data/export")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"] == 'attachment; filename="my-data.json"'
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["account"]["email"] == "jan@example.org"


async def test_erasure_asks_for_the_password_and_signs_out(world: World, owner: Visitor) -> None:
    assert (await owner.get("/account/data/erasure")).status_code == 200
    assert (await owner.send("/account/data/erasure", password="fout")).status_code == 422
    gone = await owner.done("/account/data/erasure", password=PASSWORD)
    assert "Votre compte a été effacé." in gone.text
    assert (await owner.get("/account")).headers["location"] == "/sign-in"
    assert "jan@example.org" not in "".join(row["t"] for row in await world.rows("SELECT a::text AS t FROM account a"))


async def test_a14_staff_cannot_erase_themselves_and_hear_why(world: World, visitor: Visitor) -> None:
    place = world.staff()
    await world.told(place)
    account_id = (await world.accept((await world.tokens())[0])).json()["account_id"]
    await visitor.sign_in()
    await world.told(
        StaffJoined(
            membership_id=place.membership_id,
            firm_id=place.firm.firm_id,
            account_id=account_id,
            role=place.role,
        )
    )
    answer = await visitor.send("/account/data/erasure", password=PASSWORD)
    assert (answer.status_code, "U bent medewerker van een kantoor." in answer.text) == (409, True)
