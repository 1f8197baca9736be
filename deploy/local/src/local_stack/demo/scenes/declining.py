"""The spouse says no, and is offered the same again: a dead invitation blocks nothing (I5, A10)."""

from typing import Any

from local_stack.demo.api import Unexpected
from local_stack.demo.scenes.dossier import grant
from local_stack.demo.story import Story
from local_stack.demo.waiting import until


async def a_dry_run_says_what_would_be_sent(story: Story) -> str:
    plan = await grant(story, story.spouse.human, "read", dry_run=True)
    mails = [mail for mail in plan["mails"] if mail["recipient"]["email"] == story.spouse.human.email]
    variants = sorted(mail["variant"] for mail in mails)
    if variants != ["invitation", "notice"] or await story.grant_of(story.spouse.human):
        raise Unexpected(f"the dry run was answered {plan}")
    return f"a dry run of a grant to {story.spouse.human.name}: {' or '.join(variants)} (I1, M3); nothing happened"


async def the_spouse_declines(story: Story) -> str:
    await grant(story, story.spouse.human, "read")
    await story.spouse.decline(await story.spouse.newest_link())

    async def declined() -> bool:
        return (await story.grant_of(story.spouse.human)).get("state") == "declined"

    await until(declined, "the rights page shows the grant declined")
    return f"{story.spouse.human.name} is invited and declines; the rights page shows it (I5, A15)"


async def the_manager_is_told(story: Story) -> str:
    mail = await newest_mail_naming(story, story.accountant, story.spouse.human.name)
    return f"mail for the manager: “{mail.subject}” (M8)"


async def the_spouse_is_offered_again(story: Story) -> str:
    dead = await story.spouse.newest_link()
    await grant(story, story.spouse.human, "read")
    mails = await story.spouse.mailbox.mails_from(story.spouse.human.email, 2)
    link = await story.spouse.newest_link()
    pages = [(await story.spouse.look(each)).status_code for each in (dead, link)]
    if pages != [410, 200]:
        raise Unexpected(f"the old and the new link were answered {pages}")
    await story.spouse.join(link)
    return (
        f"offered again: “{mails[-1].subject}”; the old link stays dead, by the new one {story.spouse.human.name} joins"
    )


async def newest_mail_naming(story: Story, actor: Any, words: str) -> Any:
    """The newest mail of somebody that holds these words, once there is one."""

    async def told() -> Any:
        mails = await actor.mailbox.mails(actor.human.email)
        return next((mail for mail in reversed(mails) if words in mail.text), None)

    return await until(told, f"a mail for {actor.human.name} that names {words}")


SCENES = (
    ("a dry run says what would be sent", a_dry_run_says_what_would_be_sent),
    ("the spouse declines", the_spouse_declines),
    ("the manager is told", the_manager_is_told),
    ("the spouse is offered again and joins", the_spouse_is_offered_again),
)
