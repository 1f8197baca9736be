"""The firm's administrator holds its mail, sees what waits, and releases it; codes go all the same (M4, M6)."""

from typing import Any

from local_stack.demo.api import Unexpected
from local_stack.demo.scenes.dossier import grant
from local_stack.demo.story import Story
from local_stack.demo.waiting import until

NOTIFIER = "/api/notifier/v1"


async def the_administrator_holds_all_mail(story: Story) -> str:
    body = {"held": True, "reason": "Addresses are being checked"}
    hold = await story.administrator.api.put(_path(story, "mail-hold"), body)
    if not hold["held"]:
        raise Unexpected(f"the hold was answered {hold}")
    return "the administrator holds the firm's mail (M6)"


async def a_mail_waits_and_is_shown(story: Story) -> str:
    entered = await story.accountant.api.post(
        f"{story.dossier.path}/people", {**story.sister.human.contact(), "relationship": "sibling"}
    )
    story.dossier.people[story.sister.human.given_name] = entered["id"]
    await grant(story, story.sister.human, "read")

    async def held() -> list[dict[str, Any]] | None:
        items = (await story.administrator.api.get(_path(story, "held-messages")))["items"]
        return [item for item in items if item["recipient"] == story.sister.human.email] or None

    waiting = await until(held, "the held invitation is shown")
    if await story.sister.mailbox.mails(story.sister.human.email):
        raise Unexpected("a held mail was sent")
    return f"{story.sister.human.name} is granted read; {waiting[0]['template']} waits and is shown, nothing is sent"


async def codes_are_not_held(story: Story) -> str:
    await story.holder.sign_in()
    return "a sign-in code goes out all the same: the security lane knows no hold (M4)"


async def the_release_sends_it(story: Story) -> str:
    await story.administrator.api.put(_path(story, "mail-hold"), {"held": False})
    mail = (await story.sister.mailbox.mails_from(story.sister.human.email, 1))[-1]
    return f"released: “{mail.subject}” arrives, and only now its reminders begin (R1)"


def _path(story: Story, what: str) -> str:
    return f"{NOTIFIER}/firms/{story.firm_id}/{what}"


SCENES = (
    ("the administrator holds all mail", the_administrator_holds_all_mail),
    ("a mail waits and is shown", a_mail_waits_and_is_shown),
    ("codes are not held", codes_are_not_held),
    ("the release sends it", the_release_sends_it),
)
