"""Document 000, step by step: "Configurer des clients avec le portail client de NaviPlan"."""

from dataclasses import dataclass, field
from typing import Any

from local_stack.demo.actors import Actor
from local_stack.demo.api import Api, Refusal
from local_stack.demo.story import DOSSIER
from local_stack.testing import Office
from local_stack.testing.office import grant_body
from service_kit.testing import eventually

MODULES = ["financial_profile", "plans", "reports"]
PLAN = {"title": "Plan de retraite", "content": {"retirement": {"age": 65, "income": 3000}, "goals": ["maison"]}}


@dataclass
class Scene:
    """The couple of the document, their dossier and the plan that is published to them."""

    office: Office
    client: Actor
    partner: Actor
    firm: str
    set_up: dict[str, Any] = field(default_factory=dict)
    user_name: str = ""
    dossier: str = ""
    grant: str = ""
    plan: str = ""

    @property
    def api(self) -> Api:
        return self.office.manager.api

    @property
    def plans(self) -> str:
        return f"{self.dossier}/sections/plans"

    async def mails(self) -> list[Any]:
        return await self.client.mailbox.mails(self.client.human.email)

    async def mail_with(self, words: str, *, after: int) -> Any:
        """The next mail to the client that says this."""

        async def found() -> Any:
            return next((mail for mail in (await self.mails())[after:] if words in mail.text), None)

        return await eventually(found, within=20)

    async def publication(self, **changes: Any) -> dict[str, Any]:
        values = {"recipients": [{"grant_id": self.grant, "email": self.client.human.email}]}
        return {**values, **changes}


async def test_document_000(office: Office) -> None:
    scene = Scene(office, office.person("Client"), office.person("Conjoint"), f"{DOSSIER}/firms/{office.firm_id}")
    await new_client_step_3_analysis_names_user_name_and_email(scene)
    await new_client_step_4_modules(scene)
    await new_client_step_5_the_summary_is_reviewed(scene)
    await new_client_finish(scene)
    await the_client_joins_and_creates_a_financial_profile(scene)
    await existing_client_a_portal_user_is_created(scene)
    await remarque_a_default_user_name_that_can_be_changed(scene)
    await publish_only_to_a_portal_user(scene)
    await publish_step_2_confirm_and_publish(scene)
    await the_client_reviews_the_plan_and_submits_a_change(scene)
    await the_change_makes_the_plans_next_version(scene)
    await modify_deactivate_and_reactivate(scene)
    await modify_the_address(scene)
    await remarque_user_names_are_not_adjusted(scene)


async def new_client_step_3_analysis_names_user_name_and_email(scene: Scene) -> None:
    """Joint analysis: both names, a unique user name, an e-mail, a custom mail; one address is never two accounts."""
    client, partner = scene.client.human, scene.partner.human
    scene.user_name = f"client.{client.email.partition('@')[0].rpartition('.')[2]}"
    scene.set_up = {
        "analysis": "joint",
        "holder": {
            **client.contact(),
            "user_name": scene.user_name,
            "custom_text": "Bienvenue sur votre portail.",
        },
        "co_holder": partner.described(),
        "contact_confirmed": True,
    }
    twice = {**scene.set_up, "co_holder": partner.contact() | {"email": client.email}}
    refused = await scene.api.refused("POST", f"{scene.firm}/portals", twice)
    assert refused.status == 422
    alone = {**scene.set_up, "analysis": "individual"}
    assert (await scene.api.refused("POST", f"{scene.firm}/portals", alone)).status == 422


async def new_client_step_4_modules(scene: Scene) -> None:
    """ "Choisissez les modules que vous voulez inclure ou omettre" (A8)."""
    unknown = {**scene.set_up, "modules": ["plans", "crystal_ball"]}
    refused = await scene.api.refused("POST", f"{scene.firm}/portals", unknown)
    assert refused.status == 422
    assert "modules" in refused.detail
    scene.set_up["modules"] = MODULES


async def new_client_step_5_the_summary_is_reviewed(scene: Scene) -> None:
    """ "Révisez le sommaire de ce qui sera envoyé": nothing is kept, nothing is sent (M3)."""
    summary = await scene.api.post(f"{scene.firm}/portals?dry_run=true", scene.set_up)

    invitation = next(mail for mail in summary["mails"] if mail["variant"] == "invitation")
    assert invitation["recipient"]["email"] == scene.client.human.email
    assert len(invitation["reminders"]) == 2
    assert scene.user_name in str(summary)
    assert {mail["recipient"]["email"] for mail in summary["mails"]} == {scene.client.human.email}
    assert await scene.mails() == []


async def new_client_finish(scene: Scene) -> None:
    made = await scene.api.post(f"{scene.firm}/portals", scene.set_up)
    scene.dossier = f"{DOSSIER}/dossiers/{made['dossier']['id']}"
    (grant,) = [person["grant"] for person in made["people"] if person["grant"]]
    scene.grant = grant["id"]

    mail = (await scene.client.mailbox.mails_from(scene.client.human.email, 1))[0]

    assert "Bienvenue sur votre portail." in mail.text
    assert scene.user_name in mail.text
    assert await scene.partner.mailbox.mails(scene.partner.human.email) == []
    cover = await scene.api.get(scene.dossier)
    assert (cover["analysis"], sorted(cover["modules"])) == ("joint", sorted(MODULES))


async def the_client_joins_and_creates_a_financial_profile(scene: Scene) -> None:
    """ "la possibilité de créer leurs propres profils financiers"; what was omitted does not exist."""
    await scene.client.join_and_sign_in()
    assert scene.client.user_name == scene.user_name

    async def opened() -> bool:
        return (await scene.client.api.send("GET", scene.dossier)).is_success

    await eventually(opened, within=20)
    profile = f"{scene.dossier}/sections/financial-profile"
    await scene.client.api.post(profile, {})
    income = {
        "kind": "salary",
        "description": "Salaire",
        "value": {"amount": "4200.00", "currency": "EUR"},
        "frequency": "monthly",
    }
    await scene.client.api.post(f"{profile}/incomes", income)
    assert "4200.00" in str(await scene.api.get(profile))
    assert (await scene.client.api.refused("GET", f"{scene.dossier}/sections/simulations")).status == 404
    assert "simulations" not in str((await scene.client.api.get(scene.dossier))["sections"])


async def existing_client_a_portal_user_is_created(scene: Scene) -> None:
    """ "entrez le nom d'utilisateur désiré et l'adresse courriel du client" on an existing dossier (P1)."""
    page = await scene.api.get(f"{scene.dossier}/rights")
    person = next(entry for entry in page["people"] if entry["role"] == "co_holder")
    wished = f"conjoint.{scene.user_name.rpartition('.')[2]}"
    contact = {"email": scene.partner.human.email, "phone": scene.partner.human.phone}
    body = {**grant_body(person["id"], "write"), **contact, "user_name": wished, "custom_text": "À vous aussi."}

    await scene.api.post(f"{scene.dossier}/grants", body)

    mail = (await scene.partner.mailbox.mails_from(scene.partner.human.email, 1))[0]
    assert wished in mail.text
    assert "À vous aussi." in mail.text


async def remarque_a_default_user_name_that_can_be_changed(scene: Scene) -> None:
    """ "Un nom d'utilisateur par défaut se génère automatiquement lorsqu'un client est ajouté" (I3)."""
    other = scene.office.person("Défaut")
    made = await scene.api.post(f"{scene.firm}/clients", other.human.contact())
    assert made["proposed_user_name"] == "gwen.defaut"
    await scene.partner.join_and_sign_in()
    assert scene.partner.user_name.startswith("conjoint.")


async def publish_only_to_a_portal_user(scene: Scene) -> None:
    """ "Une fois qu'un client a été configuré avec le portail client, des plans peuvent y être publiés" (P2)."""
    made = await scene.api.post(f"{scene.plans}/plans", PLAN)
    scene.plan = f"{scene.plans}/plans/{made['id']}"
    assert (await scene.client.api.get(scene.plans))["items"] == []

    nobody = await scene.api.refused("POST", f"{scene.plan}/publications", {"recipients": []})
    assert nobody.status == 422
    stranger = {"recipients": [{"grant_id": made["id"], "email": scene.client.human.email}]}
    assert (await scene.api.refused("POST", f"{scene.plan}/publications", stranger)).status in {404, 409, 422}


async def publish_step_2_confirm_and_publish(scene: Scene) -> None:
    """ "confirmez que les renseignements énumérés sont exacts ainsi que l'adresse courriel" (P2)."""
    path = f"{scene.plan}/publications"
    wrong = {"recipients": [{"grant_id": scene.grant, "email": "someone@else.example"}]}
    assert (await scene.api.refused("POST", path, wrong)).status == 409
    body = await scene.publication(custom_text="Voici votre plan.")
    summary = await scene.api.post(f"{path}?dry_run=true", body)
    assert [mail["recipient"]["name"] for mail in summary["mails"]] == [scene.client.human.name]

    before = len(await scene.mails())
    await scene.api.post(path, body)

    mail = await scene.mail_with("Voici votre plan.", after=before)
    assert "Plan de retraite" in mail.text
    shown = await scene.client.api.get(scene.plan)
    assert shown["content"] == PLAN["content"]


async def the_client_reviews_the_plan_and_submits_a_change(scene: Scene) -> None:
    """ "de réviser leurs plans existants et de soumettre des modifications" (P3)."""
    changes = f"{scene.plan}/changes"
    patch = {"base_version": 1, "merge_patch": {"retirement": {"age": 63}}, "comment": "Plus tôt ?"}
    refused = await scene.client.api.refused(
        "POST", changes, {"base_version": 1, "json_patch": [{"op": "remove", "path": "/nothing"}]}
    )
    assert (refused.status, refused.code) == (422, "patch_does_not_apply")

    await scene.client.api.post(changes, patch)

    (change,) = (await scene.api.get(changes))["items"]
    difference = (await scene.api.get(f"{changes}/{change['id']}"))["difference"]
    assert [(line["before"], line["after"]) for line in difference] == [(65, 63)]


async def the_change_makes_the_plans_next_version(scene: Scene) -> None:
    """ "pouvant être appliquées instantanément aux nouveaux plans"; nothing is retyped (P3)."""
    plan = await scene.api.get(scene.plan)
    (change,) = (await scene.api.get(f"{scene.plan}/changes"))["items"]
    before = len(await scene.mails())

    await scene.api.post(f"{scene.plan}/changes/{change['id']}/apply", {}, {"If-Match": plan["etag"]})

    now = await scene.api.get(scene.plan)
    assert (now["version"], now["content"]["retirement"]) == (2, {"age": 63, "income": 3000})
    await scene.mail_with("Plan de retraite", after=before)


async def modify_deactivate_and_reactivate(scene: Scene) -> None:
    """ "Désactiver ce compte de portail client pour enlever l'accès"; "réactivés en tout temps" (I11)."""
    user = f"{scene.firm}/portal-users/{scene.client.account_id}"
    await scene.api.post(f"{user}/deactivation", {"reason": "À la demande du client"})
    assert not (await scene.client.api.send("GET", scene.dossier)).is_success
    refused = await scene.api.refused("POST", f"{scene.plan}/publications", await scene.publication())
    assert (refused.status, refused.rule) == (409, "I11")

    await scene.api.post(f"{user}/reactivation", {})

    assert (await scene.client.api.get(scene.dossier))["right"] == "write"
    assert (await scene.client.api.get("/api/identity/v1/me"))["user_name"] == scene.user_name


async def modify_the_address(scene: Scene) -> None:
    """ "ajustez l'adresse courriel": the firm's data change; the owner of the account is asked (I9)."""
    page = await scene.api.get(f"{scene.dossier}/rights")
    person = next(entry for entry in page["people"] if entry["role"] == "holder")
    before = len(await scene.mails())
    changed = {"email": f"new.{scene.client.human.email}", "contact_confirmed": True}

    await scene.api.patch(f"{scene.dossier}/people/{person['id']}", changed, {"If-Match": person["etag"]})

    mails = await scene.client.mailbox.mails_from(scene.client.human.email, before + 1)
    assert "/invitation/" not in mails[-1].text
    assert (await scene.client.api.get("/api/identity/v1/me"))["email"] == scene.client.human.email


async def remarque_user_names_are_not_adjusted(scene: Scene) -> None:
    """ "Les noms d'utilisateur ne peuvent pas être ajustés" (I3)."""
    api = scene.client.api
    me = await api.send("PATCH", "/api/identity/v1/me", {"user_name": "autre.nom"}, {"If-Match": "*"})
    assert me.status_code in {409, 422}
    page = await scene.api.get(f"{scene.dossier}/rights")
    person = next(entry for entry in page["people"] if entry["role"] == "holder")
    again = {**grant_body(person["id"], "write"), "user_name": "autre.nom"}
    assert said(await scene.api.refused("POST", f"{scene.dossier}/grants", again))[0] == 409
    assert (await api.get("/api/identity/v1/me"))["user_name"] == scene.user_name


def said(refusal: Refusal) -> tuple[int, str, str | None]:
    return refusal.status, refusal.code, refusal.rule
