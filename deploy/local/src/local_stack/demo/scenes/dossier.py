"""A client, a dossier, a family, and the right that the manager grants to the holder."""

from typing import Any

from local_stack.demo.actors import Human
from local_stack.demo.api import Unexpected
from local_stack.demo.story import DOSSIER, Dossier, Story


async def a_client_is_created(story: Story) -> str:
    person = story.holder.human
    client = await story.accountant.api.post(f"{DOSSIER}/firms/{story.firm_id}/clients", person.contact())
    story.client_id = client["id"]
    if await story.holder.mailbox.mails(person.email):
        raise Unexpected("the new client got a mail")
    return f"{story.accountant.human.given_name} creates the client {person.name}; nobody is invited by that (C4)"


async def a_dossier_is_opened(story: Story) -> str:
    story.first = await open_dossier(story, "Dossier Stone")
    return f"{story.accountant.human.given_name} opens “{story.dossier.name}” and manages it; the holder is the client"


async def the_family_is_entered(story: Story) -> str:
    family = (("spouse", story.spouse.human.contact()), ("child", story.child.human.described()))
    for relationship, person in family:
        body = {**person, "relationship": relationship}
        entered = await story.accountant.api.post(f"{story.dossier.path}/people", body)
        story.dossier.people[person["given_name"]] = entered["id"]
    spouse, child = story.spouse.human.name, story.child.human.name
    return f"the family tree: {spouse}, spouse, and {child}, child; none of them has a right"


async def the_administrator_may_not_read_it(story: Story) -> str:
    refusal = await story.administrator.api.refused("GET", story.dossier.path)
    if (refusal.status, refusal.rule) != (403, "A14"):
        raise Unexpected(f"the administrator was refused by {refusal}")
    return f"the administrator is refused: {refusal.detail.rstrip('.')} ({refusal.rule})"


async def the_holder_is_granted_write(story: Story) -> str:
    grant = await grant_to_holder(story, story.dossier)
    if grant["state"] != "offered" or "invitation" in str(grant):
        raise Unexpected(f"the granter was answered {grant}")
    name = story.holder.human.name
    return f"write is granted to the holder, {name}; the answer is the same with or without an account (I1)"


async def open_dossier(story: Story, name: str) -> Dossier:
    """A dossier whose holder is the client."""
    body = {"client_id": story.client_id, "name": name}
    made = await story.accountant.api.post(f"{DOSSIER}/firms/{story.firm_id}/dossiers", body)
    page = await story.accountant.api.get(f"{DOSSIER}/dossiers/{made['id']}/rights")
    people = {person["given_name"]: person["id"] for person in page["people"]}
    return Dossier(made["id"], made["name"], people, {})


async def grant(
    story: Story, person: Human, right: str, *, email: str | None = None, dry_run: bool = False
) -> dict[str, Any]:
    """A right on the first dossier for somebody of its tree, checked with them (A3); or what it would send (M3)."""
    body = {
        "person_id": story.dossier.people[person.given_name],
        "right": right,
        "email": email or person.email,
        "phone": person.phone,
        "contact_confirmed": True,
    }
    path = f"{story.dossier.path}/grants" + ("?dry_run=true" if dry_run else "")
    answer: dict[str, Any] = await story.accountant.api.post(path, body)
    return answer


async def grant_to_holder(story: Story, dossier: Dossier) -> dict[str, str]:
    """`write` for the holder, whose e-mail and phone were checked (A3)."""
    name = story.holder.human.given_name
    body = {"person_id": dossier.people[name], "right": "write", "contact_confirmed": True}
    grant: dict[str, str] = await story.accountant.api.post(f"{dossier.path}/grants", body)
    dossier.grants[name] = grant["id"]
    return grant


SCENES = (
    ("a client is created", a_client_is_created),
    ("a dossier is opened", a_dossier_is_opened),
    ("the family is entered", the_family_is_entered),
    ("the administrator may not read it", the_administrator_may_not_read_it),
    ("the holder is granted write", the_holder_is_granted_write),
)
