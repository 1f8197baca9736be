"""A contact of a client company: a code of the client's, limited to an address, refused from another (K1, K2, A9)."""

from urllib.parse import urlsplit

from local_stack.demo.api import Unexpected
from local_stack.demo.narrator import Skipped
from local_stack.demo.story import DOSSIER, Dossier, Story
from local_stack.demo.waiting import until

ELSEWHERE = "203.0.113.7"


async def a_company_and_its_contact(story: Story) -> str:
    contact, firm = story.contact.human, f"{DOSSIER}/firms/{story.firm_id}"
    company = {**contact.contact(), "kind": "company", "company_name": "Hervé David", "currency": "CAD"}
    client = await story.accountant.api.post(f"{firm}/clients", company)
    opened = await story.accountant.api.post(f"{firm}/dossiers", {"client_id": client["id"]})
    story.company = Dossier(opened["id"], opened["name"], {}, {})
    listed = {"name": contact.name, "department": "Logistics", "email": contact.email}
    path = f"{firm}/clients/{client['id']}/contacts"
    story.company.people[contact.given_name] = (await story.accountant.api.post(path, listed))["id"]
    return f"the company {client['name']}, code {client['code']}, and its contact {contact.name} (K1); no access yet"


async def the_address_of_the_document_is_refused(story: Story) -> str:
    body = {"contact_confirmed": True, "networks": ["123.542.654.785"]}
    refusal = await story.accountant.api.refused("POST", _access(story), body)
    if (refusal.status, refusal.rule) != (422, "A9"):
        raise Unexpected(f"the address was refused by {refusal}")
    return f"a limit to 123.542.654.785 is refused: {refusal.detail} ({refusal.rule})"


async def the_contact_is_let_in_from_here(story: Story) -> str:
    if urlsplit(story.stage.place.base_url).hostname not in {"127.0.0.1", "localhost"}:
        raise Skipped("the system is elsewhere: which address it sees of us is not known here")
    proposal = await story.accountant.api.get(_access(story))
    body = {"phone": story.contact.human.phone, "contact_confirmed": True, "networks": ["127.0.0.0/8", "::1"]}
    await story.accountant.api.post(_access(story), {**body, "user_name": proposal["user_name"]})
    await story.contact.join_and_sign_in()

    async def opened() -> bool:
        return (await story.contact.api.send("GET", story.company_dossier.path)).is_success

    await until(opened, "the dossier is open to the contact")
    return f"let in from this machine only, as {story.contact.user_name}: the client's code and a number (K2, I3)"


async def refused_from_another_address(story: Story) -> str:
    page = await story.accountant.api.get(_access(story))
    if page["etag"] is None:
        raise Skipped("nobody was let in")
    await story.accountant.api.patch(_access(story), {"networks": [ELSEWHERE]}, {"If-Match": page["etag"]})
    refusal = await story.contact.api.refused("GET", story.company_dossier.path)
    if (refusal.status, refusal.code, refusal.rule) != (403, "address_not_allowed", "A9"):
        raise Unexpected(f"the contact was refused by {refusal}")
    return f"the limit becomes {ELSEWHERE}: the very next request from here is refused ({refusal})"


def _access(story: Story) -> str:
    contact_id = story.company_dossier.people[story.contact.human.given_name]
    return f"{story.company_dossier.path}/contacts/{contact_id}/access"


SCENES = (
    ("a company and its contact", a_company_and_its_contact),
    ("the address of the document is refused", the_address_of_the_document_is_refused),
    ("the contact is let in from here", the_contact_is_let_in_from_here),
    ("refused from another address", refused_from_another_address),
)
