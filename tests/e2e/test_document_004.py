"""Document 004, step by step: "Gestion des clients: assignment d'un accès à un client"."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from local_stack.demo.actors import Actor
from local_stack.demo.api import Api, Refusal
from local_stack.demo.stage import connect
from local_stack.demo.story import DOSSIER
from local_stack.testing import Office
from service_kit.testing import eventually

HERE, ELSEWHERE = "127.0.0.2", "127.0.0.3"
CLIENT = {
    "kind": "company",
    "company_name": "Hervé David",
    "given_name": "Hervé",
    "family_name": "David",
    "code": "8005551",
    "email": "info@hervedavid.example",
    "language": "fr",
    "currency": "CAD",
    "website": "https://hervedavid.example",
    "enterprise_number": "1143920115",
}
CONTACT = {
    "name": "Mireille Couture",
    "title": "Responsable stock",
    "department": "Logistique",
    "type": "Opérations",
    "phone": "521 1224 6321",
    "mobile": "524 1478 1263",
    "fax": "521 1582 1132",
}


@dataclass
class Scene:
    """The company, its contact and the dossier to which she is let in."""

    office: Office
    mireille: Actor
    firm: str
    client: str = ""
    code: str = ""
    dossier: str = ""
    contact: str = ""
    branch: str = ""
    other_branch: str = ""
    user_code: str = ""
    proposal: dict[str, Any] = field(default_factory=dict)

    @property
    def api(self) -> Api:
        return self.office.manager.api

    @property
    def access(self) -> str:
        return f"{self.dossier}/contacts/{self.contact}/access"

    def form(self, **changes: Any) -> dict[str, Any]:
        """What "Ajouter un utilisateur" sends."""
        values = {
            "user_name": self.proposal["user_name"],
            "email": self.proposal["email"],
            "phone": self.mireille.human.phone,
            "contact_confirmed": True,
        }
        return {**values, **changes}


async def test_document_004(office: Office) -> None:
    scene = await the_client_of_the_document(office)
    await only_who_is_allowed_sees_the_client(scene)
    await note_access_is_given_to_a_contact(scene)
    await the_name_is_the_only_required_field(scene)
    await the_contact_is_in_the_list(scene)
    await the_key_opens_a_form_that_is_filled_in(scene)
    await the_role_offers_no_other_choice(scene)
    await the_address_of_the_document_is_none(scene)
    await save_and_send(scene)
    await the_page_shows_the_access_afterwards(scene)
    await the_envelope_sends_the_sign_in_information(scene)
    await mireille_sets_her_own_password(scene)
    await she_keeps_the_companys_data_right(scene)
    await the_limits_hold_at_every_request(scene)


async def the_client_of_the_document(office: Office) -> Scene:
    scene = Scene(office, office.person("Couture"), f"{DOSSIER}/firms/{office.firm_id}")
    branches = [
        await scene.api.post(f"{scene.firm}/branches", {"name": name})
        for name in ("ACT BL Solutions - Actif Montréal", "ACT BL Solutions - Actif Québec")
    ]
    scene.branch, scene.other_branch = (branch["id"] for branch in branches)
    made = await scene.api.post(f"{scene.firm}/clients", CLIENT)
    scene.client, scene.code = made["id"], made["code"]
    assert (scene.code, made["status"], made["currency"]) == ("8005551", "active", "CAD")
    again = await scene.api.refused("POST", f"{scene.firm}/clients", {**CLIENT, "code": "8OO555L"})
    assert (again.status, again.code) == (409, "code_taken")
    opened = await scene.api.post(f"{scene.firm}/dossiers", {"client_id": scene.client})
    scene.dossier = f"{DOSSIER}/dossiers/{opened['id']}"
    return scene


async def only_who_is_allowed_sees_the_client(scene: Scene) -> None:
    """ "vous, et vos collaborateurs qui y sont autorisés, êtes les seuls à avoir accès" (A14)."""
    colleague = await scene.office.colleague("Collaborateur")
    path = f"{scene.firm}/clients/{scene.client}"

    assert (await colleague.actor.api.refused("GET", path)).status == 404
    await scene.api.put(f"{scene.dossier}/team/{colleague.membership_id}")
    assert (await colleague.actor.api.get(path))["name"] == "Hervé David"


async def note_access_is_given_to_a_contact(scene: Scene) -> None:
    """ "il s'agit de permettre à un « Contact associé à ce client » d'accéder au système" (K2)."""
    assert (await scene.api.get(f"{scene.dossier}/rights"))["contacts"] == []
    unknown = await scene.api.refused("POST", f"{scene.dossier}/contacts/{scene.client}/access", {})
    assert unknown.status in {404, 422}


async def the_name_is_the_only_required_field(scene: Scene) -> None:
    """ "un champ obligatoire. Tous les autres champs sont facultatifs" (K1)."""
    path = f"{scene.firm}/clients/{scene.client}/contacts"

    nameless = await scene.api.refused("POST", path, {"title": "Responsable stock"})
    assert nameless.status == 422
    assert "name" in nameless.detail
    only_a_name = await scene.api.post(path, {"name": "Roger Point"})
    assert only_a_name["email"] is None

    email = scene.mireille.human.email
    scene.contact = (await scene.api.post(path, {**CONTACT, "email": email}))["id"]


async def the_contact_is_in_the_list(scene: Scene) -> None:
    """ "le système a ajouté le nom dans la liste des contacts"."""
    listed = (await scene.api.get(f"{scene.firm}/clients/{scene.client}/contacts"))["items"]

    mine = next(entry for entry in listed if entry["id"] == scene.contact)
    assert (mine["name"], mine["title"], mine["department"]) == ("Mireille Couture", "Responsable stock", "Logistique")


async def the_key_opens_a_form_that_is_filled_in(scene: Scene) -> None:
    """ "Les deux premiers champs sont automatiquement remplis"; code and e-mail are there too."""
    scene.proposal = await scene.api.get(scene.access)

    assert scene.proposal["user_name"].startswith(scene.code)
    assert scene.proposal["user_name"].removeprefix(scene.code).isdecimal()
    assert len(scene.proposal["user_name"]) == len(scene.code) + 3
    assert scene.proposal["email"] == scene.mireille.human.email
    assert scene.proposal["role"] == "client"


async def the_role_offers_no_other_choice(scene: Scene) -> None:
    """ "le contact reste toujours un client" (A9)."""
    planned = await scene.api.post(f"{scene.access}?dry_run=true", scene.form(role="holder"))
    assert planned["mails"]
    assert (await scene.api.get(scene.access))["role"] == "client"


async def the_address_of_the_document_is_none(scene: Scene) -> None:
    """The document saves 123.542.654.785; here that is refused (A9)."""
    for typed in ("123.542.654.785", "10.0.0.7/24"):
        refused = await scene.api.refused("POST", scene.access, scene.form(networks=[typed]))
        assert (refused.status, refused.rule) == (422, "A9")
        assert "networks" in refused.detail


async def save_and_send(scene: Scene) -> None:
    """ "ENREGISTRER ET ENVOYER UN COURRIEL": limited to an address and to one branch."""
    form = scene.form(networks=[HERE], branch_id=scene.branch, role="administrator")
    await scene.api.post(scene.access, form)

    mail = (await scene.mireille.mailbox.mails_from(scene.mireille.human.email, 1))[0]

    assert "/invitation/" in mail.text
    assert scene.proposal["user_name"] in mail.text


async def the_page_shows_the_access_afterwards(scene: Scene) -> None:
    """ "En cliquant de nouveau sur le contact, vous obtenez la fenêtre qui contient toutes les informations"."""
    page = await scene.api.get(scene.access)

    assert (page["role"], page["networks"], page["branch"]["id"]) == ("client", [HERE], scene.branch)
    assert page["grant"]["state"] == "offered"
    listed = (await scene.api.get(f"{scene.dossier}/rights"))["contacts"]
    entry = next(found for found in listed if found["grant"])
    assert (entry["networks"], entry["branch"]["id"]) == ([HERE], scene.branch)


async def the_envelope_sends_the_sign_in_information(scene: Scene) -> None:
    """ "Un courriel a été envoyé avec les informations de connexion" (K2)."""
    grant = (await scene.api.get(scene.access))["grant"]
    await scene.api.post(f"{scene.dossier}/grants/{grant['id']}/resend")

    mails = await scene.mireille.mailbox.mails_from(scene.mireille.human.email, 2)

    assert scene.proposal["user_name"] in mails[-1].text
    assert (await scene.mireille.look(link(mails[0].links))).status_code == 410


async def mireille_sets_her_own_password(scene: Scene) -> None:
    """ "l'invite à se connecter afin de finaliser en établissant son propre mot de passe confidentiel"."""
    await scene.mireille.join_and_sign_in()

    assert scene.mireille.user_name == scene.proposal["user_name"]

    async def opened() -> bool:
        async with calling_from(scene, HERE) as api:
            return (await api.send("GET", scene.dossier)).is_success

    await eventually(opened, within=20)
    grant = (await scene.api.get(scene.access))["grant"]
    await scene.api.post(f"{scene.dossier}/grants/{grant['id']}/resend")
    mails = await scene.mireille.mailbox.mails_from(scene.mireille.human.email, 4)
    assert scene.proposal["user_name"] in mails[-1].text
    assert not [found for found in mails[-1].links if "/invitation/" in found or "password" in found]


async def she_keeps_the_companys_data_right(scene: Scene) -> None:
    """ "ce dernier aura besoin de procéder à la mise-à-jour de ses informations" (A7: own company)."""
    record = f"{scene.dossier}/sections/client-record"
    address = {
        "line1": "12 rue des Érables",
        "city": "Montréal",
        "region": "QC",
        "postal_code": "H2X 1Y4",
        "country": "CA",
    }
    async with calling_from(scene, HERE) as api:
        shown = (await api.get(record))["client"]
        changed = {"postal_address": address, "website": "https://www.hervedavid.example"}
        await api.patch(record, changed, {"If-Match": shown["etag"]})
        refused = await api.send("PATCH", record, {"code": "1"}, {"If-Match": "*"})
        assert (refused.status_code, refused.json()["rule"]) == (403, "A7")
        assets = await api.refused("GET", f"{scene.dossier}/sections/asset-inventory")
        assert (assets.status, assets.rule) == (403, "A7")
    seen = await scene.api.get(f"{scene.firm}/clients/{scene.client}")
    assert (seen["postal_address"]["city"], seen["code"]) == ("Montréal", "8005551")


async def the_limits_hold_at_every_request(scene: Scene) -> None:
    """ "limiter l'accès du contact à une adresse IP spécifique ... à une seule succursale" (A9)."""
    invoices = f"{scene.dossier}/sections/billing-account"
    for number, branch in (("F-1", scene.branch), ("F-2", scene.other_branch), ("F-3", None)):
        await scene.api.post(f"{invoices}/invoices", invoice(number, branch))

    async with calling_from(scene, HERE) as api:
        assert [entry["number"] for entry in (await api.get(invoices))["invoices"]["items"]] == ["F-1"]
    async with calling_from(scene, ELSEWHERE) as api:
        for path in (scene.dossier, invoices, f"{scene.dossier}/sections/reports"):
            assert said(await api.refused("GET", path)) == (403, "address_not_allowed", "A9")
        spoofed = await api.send("GET", scene.dossier, headers={"X-Forwarded-For": HERE})
        assert spoofed.status_code == 403


@asynccontextmanager
async def calling_from(scene: Scene, address: str) -> AsyncIterator[Api]:
    """Mireille's session over connections from one address."""
    async with connect(scene.office.stage.place, address=address) as http:
        yield scene.mireille.over(http)


def invoice(number: str, branch: str | None) -> dict[str, Any]:
    return {
        "number": number,
        "issued_on": "2026-10-01",
        "due_on": "2026-10-31",
        "value": {"amount": "1200.00", "currency": "CAD"},
        "description": "Inventaire annuel",
        "branch_id": branch,
    }


def link(links: list[str]) -> str:
    return next(found for found in links if "/invitation/" in found)


def said(refusal: Refusal) -> tuple[int, str, str | None]:
    return refusal.status, refusal.code, refusal.rule
