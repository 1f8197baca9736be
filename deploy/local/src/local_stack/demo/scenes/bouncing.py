"""A wrong address: the mail comes back, everybody sees it, and the corrected address gets a new invitation (I9, M5)."""

from typing import Any

from local_stack.demo.actors import IDENTITY
from local_stack.demo.api import Unexpected
from local_stack.demo.scenes.declining import newest_mail_naming
from local_stack.demo.scenes.dossier import grant
from local_stack.demo.story import Story
from local_stack.demo.waiting import until
from local_stack.mail.store import Mail

NOTIFIER = "/api/notifier/v1"


async def a_mail_goes_to_a_wrong_address(story: Story) -> str:
    wrong = story.child.human.email.replace("@", ".typo@")
    await grant(story, story.child.human, "read", email=wrong)
    mail = (await story.stage.mailbox.mails_from(wrong, 1))[-1]
    story.wrong_mail = mail
    return f"{story.child.human.name} is granted read, with a slip in the address: the mail goes to {wrong}"


async def the_mail_server_hands_the_bounce_in(story: Story) -> str:
    client = await story.stage.operate("identity", "create-client", "--name", "Mail server")
    token = await story.holder.anonymous.post(
        f"{IDENTITY}/tokens/client-credentials",
        {"client_id": client["client_id"], "client_secret": client["client_secret"]},
    )
    report = delivery_report(story.bounced_mail)
    headers = {"Authorization": f"Bearer {token['access_token']}", "Content-Type": "message/rfc822"}
    answer = await story.stage.http.post(f"{NOTIFIER}/bounces", content=report, headers=headers)
    if answer.status_code != 200 or answer.json()["outcome"] != "bounced":
        raise Unexpected(f"the report was answered {answer.status_code}: {answer.text}")

    async def shown() -> dict[str, Any] | None:
        found = await story.grant_of(story.child.human)
        return found if found["undeliverable"] and found["next_reminder_at"] is None else None

    await until(shown, "the rights page shows the address undeliverable")
    return "the mail server hands in its delivery report (RFC 3464): shown undeliverable, no more reminders (M5)"


async def the_manager_hears_of_the_bounce(story: Story) -> str:
    mail = await newest_mail_naming(story, story.accountant, story.child.human.name)
    return f"mail for the manager: “{mail.subject}” (M8)"


async def the_address_is_corrected(story: Story) -> str:
    person = (await story.rights())[story.child.human.given_name]
    body = {"email": story.child.human.email, "contact_confirmed": True}
    path = f"{story.dossier.path}/people/{person['id']}"
    await story.accountant.api.patch(path, body, {"If-Match": person["etag"]})
    link = await story.child.newest_link()
    old = await story.child.look(story.bounced_mail.links[0])
    if old.status_code != 410:
        raise Unexpected(f"the link of the wrong address was answered {old.status_code}")
    await story.child.join(link)

    async def active() -> bool:
        return bool((await story.grant_of(story.child.human))["state"] == "active")

    await until(active, "the corrected grant is active")
    return "the address is corrected: the offer moves (I9), the old link is dead, by the new one the child joins"


def delivery_report(mail: Mail) -> bytes:
    """What a mail server sends to the return path of a mail that its recipient's server refused for good."""
    lines = (
        "From: MAILER-DAEMON@mx.example.com",
        f"To: {mail.return_path}",
        "Subject: Undelivered Mail Returned to Sender",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="part"',
        "",
        "--part",
        "Content-Type: text/plain",
        "",
        "The mail could not be delivered.",
        "",
        "--part",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.example.com",
        "",
        f"Final-Recipient: rfc822; {mail.recipients[0]}",
        "Action: failed",
        "Status: 5.1.1",
        "Diagnostic-Code: smtp; 550 5.1.1 no such user",
        "",
        "--part--",
        "",
    )
    return "\r\n".join(lines).encode()


SCENES = (
    ("a mail goes to a wrong address", a_mail_goes_to_a_wrong_address),
    ("the mail server hands the bounce in", the_mail_server_hands_the_bounce_in),
    ("the manager hears of the bounce", the_manager_hears_of_the_bounce),
    ("the address is corrected", the_address_is_corrected),
)
