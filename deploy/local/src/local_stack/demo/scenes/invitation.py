"""The holder is invited and waits: two reminders come, each with a link of its own, and then the account is made."""

from datetime import UTC, datetime, timedelta
from typing import Any

from local_stack.demo.api import Unexpected
from local_stack.demo.mailbox import link_in
from local_stack.demo.narrator import Skipped
from local_stack.demo.story import Story
from local_stack.demo.waiting import until
from local_stack.mail.store import Mail

# Longer than this nobody watches a demo wait.
_PATIENCE = timedelta(seconds=45)


async def the_invitation_arrives(story: Story) -> str:
    mail = (await story.holder.mailbox.mails_from(story.holder.human.email, 1))[0]
    link_in(mail)
    if story.dossier.name not in mail.text:
        raise Unexpected("the invitation does not name the dossier")
    return f"mail for {story.holder.human.name}: “{mail.subject}”"


async def the_rights_page_shows_it(story: Story) -> str:
    async def shown() -> dict[str, Any] | None:
        grant = await story.holder_grant()
        # On a slow machine the reminders may be over before anybody looks.
        waiting = grant["next_reminder_at"] or len(await _mails(story)) > 1
        return grant if grant["last_mail"] and waiting else None

    grant = await until(shown, "the rights page shows the mail and the next reminder")
    due = grant["next_reminder_at"]
    reminder = f"reminder due {_moment(due):%d %b %H:%M:%S} UTC" if due else "reminders sent"
    return f"the rights page (A15): grant {grant['state']}, account {grant['account_state']}, {reminder}"


async def the_first_reminder_comes(story: Story) -> str:
    return await _reminder(story, 1)


async def the_second_reminder_comes(story: Story) -> str:
    return await _reminder(story, 2)


async def looking_changes_nothing(story: Story) -> str:
    mails = await _mails(story)
    for mail in mails * 3:
        page = await story.holder.look(link_in(mail))
        if page.status_code != 200:
            raise Unexpected(f"a link was answered {page.status_code}")
    return f"every link ({len(mails)}) is opened three times, as a mail scanner would: nothing changes (I6, I7)"


async def the_holder_joins(story: Story) -> str:
    page = await story.holder.join(await story.holder.newest_link())
    if story.dossier.name not in page:
        raise Unexpected("the link's page does not name the dossier")
    return f"{story.holder.human.name} opens the newest link and sets a password: the account exists"


async def used_links_say_so(story: Story) -> str:
    for mail in await _mails(story):
        if "/invitation/" not in mail.text:
            continue
        page = await story.holder.look(link_in(mail))
        if page.status_code != 410:
            raise Unexpected(f"a used link was answered {page.status_code}")
    return "every link of the invitation now says that it was used, and leads to signing in (I6)"


async def _reminder(story: Story, step: int) -> str:
    """The mail after the first one and the reminders before; skipped when it is due long after the demo."""

    async def mail_or_date() -> Mail | datetime | None:
        mails = await _mails(story)
        if len(mails) > step:
            return mails[step]
        due = (await story.holder_grant())["next_reminder_at"]
        return _moment(due) if due and _moment(due) - datetime.now(UTC) > _PATIENCE else None

    found: Mail | datetime = await until(
        mail_or_date, f"reminder {step} arrives", within=_PATIENCE.total_seconds() + 15
    )
    if isinstance(found, datetime):
        raise Skipped(f"due on {found:%d %B %Y}; a stack with short reminders shows it: make up REMINDERS=PT5S,PT10S")
    return f"reminder {step}, no account yet: “{found.subject}” (R1), with a link of its own (I7)"


async def _mails(story: Story) -> list[Mail]:
    return await story.holder.mailbox.mails(story.holder.human.email)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


SCENES = (
    ("the invitation arrives", the_invitation_arrives),
    ("the rights page shows it", the_rights_page_shows_it),
    ("the first reminder comes", the_first_reminder_comes),
    ("the second reminder comes", the_second_reminder_comes),
    ("looking at links changes nothing", looking_changes_nothing),
    ("the holder joins by the newest link", the_holder_joins),
    ("used links say so", used_links_say_so),
)
