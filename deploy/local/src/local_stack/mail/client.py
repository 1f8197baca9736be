"""Reads mails over HTTP, from the catcher or from Mailpit: what a demo against a running stack needs."""

import time
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

import httpx

from local_stack.mail.store import Mail

_PAGE = 200


class MailClient:
    """The mails of a stack, by the address of its catcher's API."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=10)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def mails(self, to: str | None = None) -> list[Mail]:
        """Mails in the order of their arrival, all or those for one address."""
        found: list[str] = []
        seen, total = 0, 1
        while seen < total:
            page = self._get("/api/v1/messages", start=seen, limit=_PAGE)
            found += [summary["ID"] for summary in page["messages"] if to is None or _is_for(summary, to)]
            # An empty page ends it too: mails may be deleted while we read.
            seen, total = seen + len(page["messages"]), page["total"] if page["messages"] else 0
        return [_mail(self._get(f"/api/v1/message/{identity}")) for identity in reversed(found)]

    def wait(self, to: str, *, count: int = 1, timeout: float = 30.0) -> list[Mail]:
        """The mails for an address, as soon as there are that many; what there is when time is up."""
        deadline = time.monotonic() + timeout
        while len(found := self.mails(to)) < count and time.monotonic() < deadline:
            time.sleep(0.1)
        return found

    def _get(self, path: str, **query: int) -> dict[str, Any]:
        answer: dict[str, Any] = self._http.get(path, params=query).raise_for_status().json()
        return answer


def _is_for(summary: dict[str, Any], address: str) -> bool:
    return any(to["Address"].casefold() == address.casefold() for to in summary["To"] or ())


def _mail(details: dict[str, Any]) -> Mail:
    return Mail(
        id=details["ID"],
        message_id=details["MessageID"],
        sender=details["From"]["Address"],
        recipients=tuple(to["Address"] for to in details["To"] or ()),
        subject=details["Subject"],
        created=_moment(details.get("Date") or details["Created"]),
        text=details["Text"],
        html=details["HTML"],
        return_path=details.get("ReturnPath") or "",
    )


def _moment(value: str | float) -> datetime:
    """As ISO 8601, which both write, or as seconds, which stand-ins of Mailpit do."""
    return datetime.fromisoformat(value) if isinstance(value, str) else datetime.fromtimestamp(value, tz=UTC)
