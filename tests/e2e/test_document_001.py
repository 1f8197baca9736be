"""Document 001, step by step: "Donner accès à vos clients ou à d'autres tiers à un dossier client"."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from local_stack.demo.actors import Actor, human
from local_stack.demo.api import Refusal
from local_stack.demo.story import DOSSIER
from local_stack.testing import Office
from local_stack.testing.office import grant_body
from service_kit.testing import eventually
from service_kit.testing.clock import Shift

HOUSE = {
    "kind": "real_estate",
    "description": "Maison à Gand",
    "value": {"amount": "410000.00", "currency": "EUR"},
}
REPORT = {"title": "Patrimoine 2026", "tool": "wealth-overview", "parameters": {"horizon": 20}}


@dataclass
class Scene:
    """The dossier of the document and the people whom it lets in, by what they are in it."""

    office: Office
    dossier: str
    colleague: Actor
    people: dict[str, Actor] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    grants: dict[str, str] = field(default_factory=dict)

    @property
    def manager(self) -> Actor:
        return self.office.manager

    async def present_again(self) -> bool:
        """Whether identity and dossier have followed the clock back: the manager's token is young to both."""
        places = (f"{DOSSIER}/firms", "/api/identity/v1/me")
        return all([(await self.manager.api.send("GET", place)).is_success for place in places])

    async def rights(self) -> dict[str, Any]:
        page: dict[str, Any] = await self.manager.api.get(f"{self.dossier}/rights")
        return page

    async def grant_of(self, who: str) -> dict[str, Any]:
        page = await self.rights()
        entries = {entry["id"]: entry for entry in (*page["people"], *page["advisers"])}
        return dict(entries[self.ids[who]]["grant"] or {})

    async def let_in(self, giver: Actor, who: str, right: str) -> None:
        contact = {"email": self.people[who].human.email, "phone": self.people[who].human.phone}
        made = await giver.api.post(f"{self.dossier}/grants", {**grant_body(self.ids[who], right), **contact})
        self.grants[who] = made["id"]

    async def join(self, who: str) -> Actor:
        """They accept the invitation and sign in; the dossier is open to them."""
        person = self.people[who]
        await person.join_and_sign_in()

        async def opened() -> bool:
            return (await person.api.send("GET", self.dossier)).is_success

        await eventually(opened, within=20)
        return person


async def test_document_001(office: Office, shift: Shift) -> None:
    scene = await the_dossier_of_the_document(office)
    await attention_only_the_manager_manages_outside_access(scene)
    await steps_1_and_2_the_rights_tab_shows_the_whole_tree(scene)
    await attention_both_email_and_phone_are_checked(scene)
    await steps_3_to_6_the_holder_is_given_access(scene)
    await note_reminders_after_7_and_30_days(scene, shift)
    await who_has_an_account_is_told_instead(scene)
    await attention_a_holders_access_stays_and_he_lets_in_his_family(scene)
    await attention_only_the_manager_lets_in_advisers(scene)
    await advisers_steps_1_to_5_an_adviser_is_registered_first(scene)
    await advisers_steps_6_to_8_the_adviser_is_given_access(scene)
    await remarque_what_an_adviser_with_write_may_change(scene)


async def the_dossier_of_the_document(office: Office) -> Scene:
    colleague = await office.colleague("Team")
    dossier = f"{DOSSIER}/dossiers/{await office.dossier('Famille du document')}"
    await office.manager.api.put(f"{dossier}/team/{colleague.membership_id}")
    scene = Scene(office, dossier, colleague.actor)
    page = await office.manager.api.get(f"{dossier}/rights")
    scene.ids["holder"] = page["people"][0]["id"]
    scene.people["holder"] = office.person("Titulaire")
    for who, relationship in (("child", "child"), ("spouse", "spouse")):
        scene.people[who] = office.person(who.capitalize())
        entry = {**scene.people[who].human.described(), "relationship": relationship}
        scene.ids[who] = (await office.manager.api.post(f"{dossier}/people", entry))["id"]
    return scene


async def attention_only_the_manager_manages_outside_access(scene: Scene) -> None:
    """ "Seul le chargé d'un dossier client peut gérer les droits d'accès pour des parties externes" (A1)."""
    body = grant_body(scene.ids["child"])

    refused = await scene.colleague.api.refused("POST", f"{scene.dossier}/grants", body)

    assert said(refused) == (403, "manager_only", "A1")
    assert (await scene.colleague.api.send("GET", f"{scene.dossier}/sections/asset-inventory")).is_success


async def steps_1_and_2_the_rights_tab_shows_the_whole_tree(scene: Scene) -> None:
    page = await scene.rights()

    assert {entry["id"] for entry in page["people"]} == set(scene.ids.values())
    assert [entry["grant"] for entry in page["people"]] == [None, None, None]
    assert page["advisers"] == []


async def attention_both_email_and_phone_are_checked(scene: Scene) -> None:
    """ "Veuillez vérifier que ces données sont correctes": both are needed, and the granter says so (A3)."""
    person, path = scene.people["holder"].human, f"{scene.dossier}/grants"
    body = {**grant_body(scene.ids["holder"], "write"), "email": person.email}

    without_phone = await scene.manager.api.refused("POST", path, {**body, "phone": "0"})
    unchecked = await scene.manager.api.refused(
        "POST", path, {**body, "phone": person.phone, "contact_confirmed": False}
    )

    assert (without_phone.status, without_phone.rule) == (422, "A3")
    assert "phone" in without_phone.detail
    assert said(unchecked) == (422, "contact_not_confirmed", "A3")


async def steps_3_to_6_the_holder_is_given_access(scene: Scene) -> None:
    """No account yet: "elle recevra un e-mail d'invitation pour créer son compte" (I1)."""
    await scene.let_in(scene.manager, "holder", "write")

    mail = (await scene.people["holder"].mailbox.mails_from(scene.people["holder"].human.email, 1))[0]

    assert "Famille du document" in mail.text
    assert "/invitation/" in mail.text
    assert (await scene.grant_of("holder"))["state"] == "offered"


async def note_reminders_after_7_and_30_days(scene: Scene, shift: Shift) -> None:
    """ "Un rappel sera automatiquement renvoyé 7 jours puis 30 jours après" (R1)."""
    person = scene.people["holder"]

    async def armed() -> datetime | None:
        due = (await scene.grant_of("holder"))["next_reminder_at"]
        return datetime.fromisoformat(due) if due else None

    first = await eventually(armed)
    assert first is not None
    sent_at = first - timedelta(days=7)
    for number, days in ((2, 7), (3, 30)):
        await shift(sent_at + timedelta(days=days, seconds=-1) - datetime.now(UTC))
        assert len(await person.mailbox.mails(person.human.email)) == number - 1
        mails = await person.mailbox.mails_from(person.human.email, number)
        assert "/invitation/" in mails[-1].text
    await shift(timedelta())
    await eventually(scene.present_again, within=30)
    await scene.join("holder")


async def who_has_an_account_is_told_instead(scene: Scene) -> None:
    """ "elle recevra alors un e-mail pour l'informer de son nouvel accès au dossier client" (I1)."""
    known = scene.office.person("Connue")
    await scene.office.invite(known.human)
    await known.join_and_sign_in()
    before = len(await known.mailbox.mails(known.human.email))
    entry = {**known.human.contact(), "relationship": "sibling"}
    scene.people["sister"] = known
    scene.ids["sister"] = (await scene.manager.api.post(f"{scene.dossier}/people", entry))["id"]

    await scene.let_in(scene.manager, "sister", "read")

    async def told() -> str | None:
        mails = (await known.mailbox.mails(known.human.email))[before:]
        return next((mail.text for mail in mails if "Famille du document" in mail.text), None)

    text = await eventually(told)
    assert text is not None
    assert "/invitation/" not in text


async def attention_a_holders_access_stays_and_he_lets_in_his_family(scene: Scene) -> None:
    """ "vous ne pouvez plus retirer cet accès" (A5); "le (co)titulaire peut désormais donner un accès" (A2)."""
    grant = f"{scene.dossier}/grants/{scene.grants['holder']}"
    withdrawn = await scene.manager.api.refused("POST", f"{grant}/withdraw")
    lowered = await scene.manager.api.send("PATCH", grant, {"right": "read"}, {"If-Match": "*"})
    removed = await scene.manager.api.refused("DELETE", f"{scene.dossier}/people/{scene.ids['holder']}")

    assert said(withdrawn) == (409, "holder_keeps_access", "A5")
    assert (lowered.status_code, lowered.json()["rule"]) == (409, "A5")
    assert said(removed) == (409, "holder_keeps_access", "A5")

    await scene.let_in(scene.people["holder"], "child", "read")
    child = await scene.join("child")

    assert (await child.api.get(scene.dossier))["party"] == "family"
    given = await scene.grant_of("child")
    assert (given["given_by_kind"], given["given_by"]) == ("holder", scene.ids["holder"])


async def attention_only_the_manager_lets_in_advisers(scene: Scene) -> None:
    """ "Les (co-)titulaires qui ont accès au dossier n'ont pas cette possibilité" (A6)."""
    adviser = {**human("Noor", "Notaris", "nl").contact(), "kind": "notary"}

    for caller in (scene.people["holder"], scene.colleague):
        refused = await caller.api.refused("POST", f"{scene.dossier}/advisers", adviser)
        assert refused.status == 403


async def advisers_steps_1_to_5_an_adviser_is_registered_first(scene: Scene) -> None:
    """ "vous devez d'abord enregistrer le conseiller dans ce dossier" (A6)."""
    elsewhere = f"{DOSSIER}/dossiers/{await scene.office.dossier('Autre dossier')}"
    foreign = human("Bart", "Bankier", "nl")
    registered = await scene.manager.api.post(f"{elsewhere}/advisers", {**foreign.contact(), "kind": "banker"})
    unknown = await scene.manager.api.refused("POST", f"{scene.dossier}/grants", grant_body(registered["id"]))
    assert unknown.status == 404

    scene.people["notary"] = scene.office.person("Notaire")
    data = {**scene.people["notary"].human.contact(), "kind": "notary", "organisation": "Étude Notaire"}
    made = await scene.manager.api.post(f"{scene.dossier}/advisers", data)

    scene.ids["notary"] = made["id"]
    assert (made["kind"], made["organisation"]) == ("notary", "Étude Notaire")
    assert [entry["grant"] for entry in (await scene.rights())["advisers"]] == [None]
    on_behalf = await scene.people["holder"].api.refused("POST", f"{scene.dossier}/grants", grant_body(made["id"]))
    assert said(on_behalf) == (403, "family_only", "A2")


async def advisers_steps_6_to_8_the_adviser_is_given_access(scene: Scene) -> None:
    """ "Le conseiller recevra ensuite un e-mail d'invitation" (A6, I1)."""
    await scene.let_in(scene.manager, "notary", "write")

    mail = (await scene.people["notary"].mailbox.mails_from(scene.people["notary"].human.email, 1))[0]

    assert "/invitation/" in mail.text
    await scene.join("notary")


async def remarque_what_an_adviser_with_write_may_change(scene: Scene) -> None:
    """Family structure, assets and gifts; "ils ne peuvent pas créer de simulations ou de rapports" (A6, A7)."""
    api, sections = scene.people["notary"].api, f"{scene.dossier}/sections"
    family = await api.get(f"{sections}/family-structure")
    await api.put(f"{sections}/family-structure", {"marital_status": "married"}, {"If-Match": family["etag"]})
    await api.post(f"{sections}/asset-inventory/assets", HOUSE)
    gift = {
        "donor_id": scene.ids["holder"],
        "donee_ids": [scene.ids["child"]],
        "date": "2026-01-15",
        "kind": "money",
        "value": {"amount": "25000.00", "currency": "EUR"},
    }
    await api.post(f"{sections}/gift-inventory/gifts", gift)

    for collection in ("simulations/simulations", "reports/reports"):
        refused = await api.refused("POST", f"{sections}/{collection}", REPORT)
        assert said(refused) == (403, "not_allowed", "A7")
    co_holder = {"role": "co_holder", "given_name": "Eva", "family_name": "Nieuw"}
    assert (await api.refused("POST", f"{scene.dossier}/people", co_holder)).rule == "A7"


def said(refusal: Refusal) -> tuple[int, str, str | None]:
    return refusal.status, refusal.code, refusal.rule
