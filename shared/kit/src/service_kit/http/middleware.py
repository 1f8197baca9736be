"""The small middlewares of every service, pure ASGI, so that context variables reach routes and nothing is buffered."""

from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service_kit.context import MessageContext, use_context
from service_kit.http.client_address import client_address_in
from service_kit.http.problems import note_problem, problem_response
from service_kit.ids import new_id
from service_kit.networks import Network

CORRELATION_HEADER = "X-Correlation-Id"

# Nothing of an API belongs in a cache or a frame; a page that needs more sets its own values.
DEFAULT_HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
# The rest of a refused body is never read, so the connection cannot be used again.
_CLOSE = {"Connection": "close"}


class Correlation:
    """The request runs in a context: correlation id and traceparent of the caller when well-formed, else a new id.

    The request gets an id of its own, which is the cause of whatever it says to others. Whence it came is known in the
    context too, so that what an address limits is limited on every route, without any route's doing (A9).
    """

    def __init__(self, app: ASGIApp, trusted_proxies: tuple[Network, ...]) -> None:
        self.app = app
        self.trusted_proxies = trusted_proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers, request_id = Headers(scope=scope), str(new_id())
        context = MessageContext.received(
            headers.get(CORRELATION_HEADER) or request_id,
            request_id,
            headers.get("traceparent"),
            client_address_in(scope, self.trusted_proxies),
        )

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[CORRELATION_HEADER] = context.correlation_id
            await send(message)

        with use_context(context):
            await self.app(scope, receive, answer)


class SecurityHeaders:
    """Adds the defaults that the route did not set itself; `bare` paths (docs that load scripts) get none."""

    def __init__(self, app: ASGIApp, bare: frozenset[str] = frozenset()) -> None:
        self.app = app
        self.bare = bare

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in self.bare:
            await self.app(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in DEFAULT_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, answer)


class BodyLimit:
    """No request body over the limit is read: refused by its declared length, or as soon as the chunks exceed it."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdigit() and int(declared) > self.max_bytes:
            note_problem(scope, "content_too_large")
            await self._refusal()(scope, receive, send)
            return
        read = 0

        async def limited() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self.max_bytes:
                raise HTTPException(413, self._detail, headers=_CLOSE)
            return message

        await self.app(scope, limited, send)

    @property
    def _detail(self) -> str:
        return f"A request body has at most {self.max_bytes} bytes."

    def _refusal(self) -> ASGIApp:
        return problem_response(413, "content_too_large", self._detail, headers=_CLOSE)
