"""The owner of an account changes the phone: a code to the new number, a notice by mail, the next sign-in (I9, I13)."""

from local_stack.demo.actors import IDENTITY, human
from local_stack.demo.api import Unexpected
from local_stack.demo.story import Story
from local_stack.demo.waiting import until


async def the_owner_changes_the_phone(story: Story) -> str:
    old = story.holder.human.phone
    before = len(await story.holder.mailbox.mails(story.holder.human.email))
    await story.holder.change_phone(human("New", "Number").phone)
    notice = (await story.holder.mailbox.mails_from(story.holder.human.email, before + 1))[-1]
    if old in notice.text:
        raise Unexpected("the notice shows a whole phone number")
    return f"{story.holder.human.name} changes the phone with a code sent to it; mail: “{notice.subject}” (I9)"


async def the_next_code_goes_there(story: Story) -> str:
    await story.holder.sign_out()
    await story.holder.sign_in()
    sessions = await story.holder.api.get(f"{IDENTITY}/me/sessions")
    return f"the next sign-in's code goes to the new number; open sessions: {len(sessions['items'])}"


async def the_owner_sees_who_gave_access(story: Story) -> str:
    async def listed() -> list[str] | None:
        items = (await story.holder.api.get(f"{IDENTITY}/me/access"))["items"]
        return [f"{item['dossier_name']} by {item['granted_by']}" for item in items] or None

    return f"the owner's page names each dossier and who gave access (I13): {', '.join(await until(listed, 'access'))}"


SCENES = (
    ("the owner changes the phone", the_owner_changes_the_phone),
    ("the next code goes there", the_next_code_goes_there),
    ("the owner sees who gave access", the_owner_sees_who_gave_access),
)
