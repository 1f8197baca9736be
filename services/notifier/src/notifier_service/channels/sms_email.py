"""SMS by e-mail: a mail to `<number>@<gateway's domain>` over the same SMTP (M7); one inbox then shows everything."""

from dataclasses import replace

from notifier_service.channels.port import Channel, Outgoing
from notifier_service.deliveries.domain import AttemptResult


class SmsEmailChannel:
    """Hands the text to an e-mail channel; the gateway's answers are the mail server's."""

    def __init__(self, mail: Channel, *, domain: str) -> None:
        self._mail = mail
        self._domain = domain

    async def send(self, message: Outgoing) -> AttemptResult:
        address = f"{message.recipient.removeprefix('+')}@{self._domain}"
        return await self._mail.send(replace(message, recipient=address, recipient_name=""))

    async def close(self) -> None:
        await self._mail.close()
