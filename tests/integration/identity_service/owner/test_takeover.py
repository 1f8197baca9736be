"""No firm takes over an account that opens another firm's dossiers, whatever it says of the person (I9, A13)."""

from typing import Any

from event_contracts.dossier import GrantMoved
from event_contracts.identity import AccountChanged, InvitationIssued
from event_contracts.security import PasswordResetIssued, SecurityNoticeIssued
from service_kit.ids import new_id

Owner = Any
World = Any
KNOWN = (
    "SELECT email, phone, given_name, family_name, language, user_name, password_hash, credentials_version FROM account"
)


async def test_i9_what_a_firm_says_of_somebody_changes_nothing_of_their_account(owner: Owner) -> None:
    world = owner.world
    before = await world.rows(KNOWN)
    liar = world.person(phone="+32470666666", given_name="Evil", family_name="Twin")
    for firm in (world.firm("Kantoor Maes"), world.firm("Fiduciaire Noire")):
        await world.told(world.offered(firm=firm, person=liar), world.staff(firm=firm, person=liar))

    assert await world.rows(KNOWN) == before
    assert await world.harness.said(AccountChanged) == []
    assert {issued.account_id for issued in await world.issued()} == {owner.account_id}
    assert len(await world.issued()) == 1, "only the first invitation, before the account was made"
    await world.sign_in()


async def test_i9_correcting_the_address_of_an_active_persons_offer_moves_the_offer_and_not_the_account(
    owner: Owner,
) -> None:
    world = owner.world
    before = await world.rows(KNOWN)
    offer = world.offered(firm=world.firm("Kantoor Maes"))
    elsewhere = world.person(email="thief@example.net", phone="+32470666666")
    moved = world.offered(firm=offer.firm, person=elsewhere, dossier_id=offer.dossier_id)
    values = {**moved.model_dump(exclude={"custom_text"}), "grant_id": new_id(), "previous_grant_id": offer.grant_id}
    await world.told(offer, GrantMoved.model_validate(values))

    accounts = {row["email"]: row for row in await world.rows(KNOWN)}
    assert accounts.pop("jan@example.org") == before[0]
    assert list(accounts) == ["thief@example.net"]
    assert (await world.harness.said(InvitationIssued))[-1].recipient.email == "thief@example.net"
    await world.accept((await world.tokens())[-1], "een heel andere zin vandaag")
    assert (await owner.call("GET", "/export")).json()["account"]["email"] == "jan@example.org"


async def test_i9_a_reset_goes_to_the_accounts_own_address_whoever_asks_and_however_it_is_called(owner: Owner) -> None:
    world = owner.world
    await world.told(world.offered(person=world.person(phone="+32470666666")))
    for name in ("jan@example.org", "jan.peeters", "JAN.PEETERS"):
        await owner.ask_reset(name)
    await owner.reset_tokens()
    assert {said.recipient.email for said in await world.harness.said(PasswordResetIssued)} == {"jan@example.org"}


async def test_a13_nothing_of_a_firm_shows_in_a_security_mail(owner: Owner) -> None:
    world = owner.world
    await world.told(world.offered(firm=world.firm("Kantoor Maes"), person=world.person(given_name="Evil")))
    await owner.change("email", "jan@example.com")
    await owner.ask_reset("jan@example.com")
    await owner.reset_tokens()
    said = [*await world.harness.said(SecurityNoticeIssued), *await world.harness.said(PasswordResetIssued)]
    assert len(said) == 2
    assert not [text for text in ("Maes", "Dubois", "Evil") for event in said if text in event.model_dump_json()]
