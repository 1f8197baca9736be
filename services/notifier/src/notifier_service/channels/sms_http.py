"""SMS through an HTTP gateway (M7): one POST per message, `{"reference", "to", "text"}`, with a bearer token."""

import httpx
from pydantic import SecretStr

from notifier_service.channels.port import Outgoing, clean_detail
from notifier_service.deliveries.domain import AttemptResult, Outcome


class SmsHttpChannel:
    """One worker's client of the gateway; `reference` is the message's id, so that a gateway can tell a repetition."""

    def __init__(self, url: str, token: SecretStr, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._url = url
        self._token = token
        self._transport = transport
        self._client: httpx.AsyncClient | None = None

    async def send(self, message: Outgoing) -> AttemptResult:
        body = {"reference": str(message.message_id), "to": message.recipient, "text": message.content.text}
        try:
            answer = await self._open().post(self._url, json=body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            return AttemptResult(Outcome.UNAVAILABLE, f"cannot connect: {type(error).__name__}")
        except httpx.HTTPError as error:
            # The request was on its way: the gateway may have acted on it.
            return AttemptResult(Outcome.UNCERTAIN, f"no answer: {type(error).__name__}")
        return _outcome(answer, message)

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def _open(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = httpx.AsyncClient(
                headers={"Authorization": f"Bearer {self._token.get_secret_value()}"},
                timeout=httpx.Timeout(10, read=30),
                transport=self._transport,
                follow_redirects=False,
            )
        return self._client


def _outcome(answer: httpx.Response, message: Outgoing) -> AttemptResult:
    detail = clean_detail(f"{answer.status_code} {answer.reason_phrase}", message)
    if answer.is_success:
        return AttemptResult(Outcome.ACCEPTED, code=answer.status_code)
    if answer.status_code in {401, 403, 404, 429, 503} or answer.is_redirect:
        # Our token, the URL, or the gateway's load: the same for every message.
        return AttemptResult(Outcome.UNAVAILABLE, detail, answer.status_code)
    permanent = answer.is_client_error and answer.status_code not in {408, 409, 425}
    return AttemptResult(Outcome.REFUSED if permanent else Outcome.DEFERRED, detail, answer.status_code)
