"""Read-only listing of caught mails, in the subset of Mailpit's API that a client of either needs."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from local_stack.mail.store import Mail, MailStore

_DEFAULT_LIMIT = 50
_SNIPPET = 120


def server(host: str, port: int, store: MailStore) -> ThreadingHTTPServer:
    """`GET /api/v1/messages?start=&limit=` (newest first) and `GET /api/v1/message/{ID}`."""

    class Handler(_Handler):
        mails = store

    return ThreadingHTTPServer((host, port), Handler)


class _Handler(BaseHTTPRequestHandler):
    mails: MailStore
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path == "/api/v1/messages":
            self._answer(200, _listing(list(self.mails.all()), parse_qs(url.query)))
        elif url.path.startswith("/api/v1/message/"):
            mail = self.mails.get(url.path.removeprefix("/api/v1/message/"))
            self._answer(*((404, {"Error": "message not found"}) if mail is None else (200, _details(mail))))
        elif url.path in ("/livez", "/readyz"):
            self._answer(200, {})
        else:
            self._answer(404, {"Error": "not found"})

    def log_message(self, format: str, *args: object) -> None:
        """Silent: requests name mails, and nobody needs to know who looked."""

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _listing(mails: list[Mail], query: dict[str, list[str]]) -> dict[str, Any]:
    start = _number(query, "start", 0)
    page = mails[::-1][start : start + _number(query, "limit", _DEFAULT_LIMIT)]
    return {
        "total": len(mails),
        "messages_count": len(mails),
        "count": len(page),
        "start": start,
        "messages": [_summary(mail) for mail in page],
    }


def _number(query: dict[str, list[str]], name: str, default: int) -> int:
    value = query.get(name, [""])[0]
    return int(value) if value.isdecimal() else default


def _summary(mail: Mail) -> dict[str, Any]:
    return {
        "ID": mail.id,
        "MessageID": mail.message_id,
        "Subject": mail.subject,
        "From": _address(mail.sender),
        "To": [_address(recipient) for recipient in mail.recipients],
        "Created": mail.created.isoformat(),
        "Snippet": " ".join(mail.text.split())[:_SNIPPET],
    }


def _details(mail: Mail) -> dict[str, Any]:
    words = {"Text": mail.text, "HTML": mail.html}
    return {**_summary(mail), "ReturnPath": mail.return_path, "Date": mail.created.isoformat(), **words}


def _address(text: str) -> dict[str, str]:
    name, _, address = text.rpartition("<")
    return {"Name": name.strip().strip('"'), "Address": address.rstrip(">")}
