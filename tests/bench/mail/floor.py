"""Reused aiosmtplib connections and mails that are written already: no record, no retries, no second chance."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import aiosmtplib
from contestant import Task, main
from mails import SENDER, invitation
from notifier_service.channels.mime import write_mail
from notifier_service.channels.port import Outgoing
from notifier_service.messages.events import invitation_row
from notifier_service.templates.parameters import AccessParameters
from notifier_service.templates.render import Links, Renderer
from service_kit.ids import new_id
from service_kit.testing.events import arrived


def written(message_id: UUID) -> bytes:
    """A mail as the notifier writes it."""
    row = invitation_row(arrived(invitation(0)), message_id)
    parameters = AccessParameters.model_validate(row["parameters"])
    renderer = Renderer(Links("https://access.example"), ZoneInfo("Europe/Brussels"))
    now = datetime.now(UTC)
    content = renderer.render(row["template"], row["language"], parameters, secret="token-" + 32 * "0", created_at=now)
    name = f"{parameters.given_name} {parameters.family_name}"
    outgoing = Outgoing(message_id, row["recipient"], name, parameters.firm_name, row["language"], content)
    return write_mail(outgoing, sender=SENDER, now=now)


async def prepare(task: Task) -> Callable[[asyncio.Event], Awaitable[None]]:
    """Writes everything before the clock starts; only the id differs from mail to mail."""
    first = new_id()
    pattern = written(first)
    waiting = [
        (f"person{number}@example.com", pattern.replace(str(first).encode(), str(new_id()).encode()))
        for number in range(task.mails)
    ]

    async def connection() -> None:
        client = aiosmtplib.SMTP(hostname="127.0.0.1", port=task.smtp_port, use_tls=False, start_tls=False)
        await client.connect()
        while waiting:
            recipient, content = waiting.pop()
            await client.sendmail(SENDER, [recipient], content)
        await client.quit()

    async def run(stop: asyncio.Event) -> None:
        await asyncio.gather(*(connection() for _ in range(task.connections)))
        await stop.wait()

    return run


if __name__ == "__main__":
    main(prepare)
