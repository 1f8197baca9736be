"""A firm begins: an operator makes it, its administrator joins by the mail, an accountant is invited and joins."""

from local_stack.demo.actors import Actor
from local_stack.demo.api import Unexpected
from local_stack.demo.mailbox import link_in
from local_stack.demo.story import DOSSIER, Story
from local_stack.demo.waiting import until

FIRM = "Cabinet Lambert"


async def an_operator_makes_the_firm(story: Story) -> str:
    person = story.administrator.human
    story.firm_id = await story.stage.create_firm(FIRM, person)
    return f"operator: the firm {FIRM} exists, {person.name} is invited as its administrator"


async def the_administrator_is_invited(story: Story) -> str:
    return await _invitation_of(story.administrator)


async def the_administrator_joins(story: Story) -> str:
    return await _joins(story.administrator)


async def the_administrator_signs_in(story: Story) -> str:
    return await _signs_in(story, story.administrator)


async def an_accountant_is_invited(story: Story) -> str:
    person = story.accountant.human
    await story.administrator.api.post(f"{DOSSIER}/firms/{story.firm_id}/staff", person.contact())
    await story.accountant.newest_link()
    return f"the administrator invites {person.name}, accountant (A14), whose mail arrives in {person.language}"


async def the_accountant_joins(story: Story) -> str:
    return await _joins(story.accountant)


async def the_accountant_signs_in(story: Story) -> str:
    return await _signs_in(story, story.accountant)


async def _invitation_of(actor: Actor) -> str:
    mail = (await actor.mailbox.mails_from(actor.human.email, 1))[-1]
    link_in(mail)
    return f"mail for {actor.human.name}: “{mail.subject}”, with a link to create an account"


async def _joins(actor: Actor) -> str:
    page = await actor.join(await actor.newest_link())
    if FIRM not in page:
        raise Unexpected("the link's page does not name the firm")
    return f"{actor.human.name} opens the link, reads who invites, and sets a password (I4)"


async def _signs_in(story: Story, actor: Actor) -> str:
    await actor.sign_in()

    async def firm() -> str | None:
        items = (await actor.api.get(f"{DOSSIER}/firms"))["items"]
        return next((item["role"] for item in items if item["id"] == story.firm_id), None)

    role = await until(firm, f"the firm is open to {actor.human.name}")
    return f"{actor.human.name} signs in as {actor.user_name} with the code from the SMS (I10): {role} of {FIRM}"


SCENES = (
    ("an operator makes the firm", an_operator_makes_the_firm),
    ("the administrator is invited by mail", the_administrator_is_invited),
    ("the administrator joins by the link", the_administrator_joins),
    ("the administrator signs in", the_administrator_signs_in),
    ("an accountant is invited", an_accountant_is_invited),
    ("the accountant joins by the link", the_accountant_joins),
    ("the accountant signs in", the_accountant_signs_in),
)
