"""Unexpected errors: trouble with the database is 503 with Retry-After, all else 500; neither says more than that."""

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service_kit.db.trouble import is_passing
from service_kit.http.problems import note_problem, problem_response
from service_kit.logging import get_logger

RETRY_AFTER = 2

log = get_logger(__name__)


class UnexpectedErrors:
    """Answers what no handler answered and logs it with its traceback; the cause never reaches the client."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            if scope["type"] != "http":
                raise
            response = _answer(scope, error)
            if started:
                # Half an answer is out: only breaking the connection tells the client that it is not whole.
                raise
            await response(scope, receive, send)


def _answer(scope: Scope, error: Exception) -> Response:
    if is_passing(error):
        note_problem(scope, "database_unavailable")
        log.warning("database trouble", action="database_trouble", reason=type(error).__name__, exc_info=error)
        detail = "The service cannot reach its database at the moment."
        return problem_response(503, "database_unavailable", detail, headers={"Retry-After": str(RETRY_AFTER)})
    note_problem(scope, "internal_error")
    log.error("request failed", action="request_failed", exc_info=error)
    return problem_response(500, "internal_error", "Something went wrong on our side.")
