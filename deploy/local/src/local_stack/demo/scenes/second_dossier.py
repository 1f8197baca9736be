"""A second dossier for somebody who has an account: a notice instead of an invitation; and signing out."""

from local_stack.demo.api import Unexpected
from local_stack.demo.scenes.dossier import grant_to_holder, open_dossier
from local_stack.demo.scenes.holder import open_to_holder
from local_stack.demo.story import Story
from local_stack.demo.waiting import until
from local_stack.mail.store import Mail


async def a_second_dossier_is_granted(story: Story) -> str:
    story.second = await open_dossier(story, "Stone Heritage")
    grant = await grant_to_holder(story, story.other_dossier)
    if grant["state"] != "offered":
        raise Unexpected(f"the granter was answered {grant}")
    return f"a second dossier, “{story.other_dossier.name}”, grants the same person; the answer is as before (I1)"


async def a_notice_comes_and_no_invitation(story: Story) -> str:
    address, name = story.holder.human.email, story.other_dossier.name

    async def told() -> Mail | None:
        return next((mail for mail in await story.holder.mailbox.mails(address) if name in mail.text), None)

    notice = await until(told, "the notice of new access arrives")
    if "/invitation/" in notice.text:
        raise Unexpected("somebody who has an account was invited again")
    return f"mail: “{notice.subject}”: a notice, and no invitation (I1)"


async def both_dossiers_are_open(story: Story) -> str:
    for dossier in (story.dossier, story.other_dossier):
        await open_to_holder(story, dossier)
    return f"one account (I2) opens both: {story.dossier.name} and {story.other_dossier.name}"


async def signing_out_ends_access(story: Story) -> str:
    await story.holder.sign_out()

    async def refused() -> int | None:
        answer = await story.holder.api.send("GET", story.dossier.path)
        return answer.status_code if not answer.is_success else None

    status = await until(refused, "the ended session is refused")
    if status != 401:
        raise Unexpected(f"the ended session was answered {status}")
    return f"the holder signs out; the token, still young, is refused ({status}, I11)"


SCENES = (
    ("a second dossier is granted", a_second_dossier_is_granted),
    ("a notice comes and no invitation", a_notice_comes_and_no_invitation),
    ("both dossiers are open", both_dossiers_are_open),
    ("signing out ends access", signing_out_ends_access),
)
