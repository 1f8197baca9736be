"""Mail that comes in over SMTP is on disk when the 250 is said, and is listed as Mailpit would list it."""

import smtplib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest
from local_stack.cli import app
from local_stack.mail.client import MailClient
from local_stack.mail.store import read_mails
from local_stack.ports import LOOPBACK, free_port
from local_stack.probes import accepts, answers
from local_stack.processes import Command, wait_until_ready
from local_stack.servers.base import Context
from typer.testing import CliRunner


@dataclass
class Catcher:
    folder: Path
    smtp_port: int
    url: str

    def send(self, to: str, subject: str = "Hello", text: str = "See http://localhost/invitation/abc.") -> None:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "Dossier Access <no-reply@example.be>", to, subject
        mail["Message-ID"] = "<0199@example.be>"
        mail.set_content(text)
        mail.add_alternative(f"<p>{text}</p>", subtype="html")
        with smtplib.SMTP(LOOPBACK, self.smtp_port) as client:
            client.send_message(mail)


@pytest.fixture
def catcher(context: Context) -> Iterator[Catcher]:
    folder, smtp_port, http_port = context.folders.mail, free_port(), free_port()
    url = f"http://{LOOPBACK}:{http_port}"
    command = [sys.executable, "-m", "local_stack.mail.catcher", str(folder), str(smtp_port), str(http_port)]
    child = context.supervisor.start(Command("mail", command, folder=context.folders.home))
    wait_until_ready(child, lambda: accepts(smtp_port) and answers(f"{url}/readyz"), timeout=30)
    yield Catcher(folder, smtp_port, url)
    child.stop()


def test_a_mail_is_on_disk_when_the_server_has_accepted_it(catcher: Catcher) -> None:
    catcher.send("zoe@example.be", "Uitnodiging: één dossier")

    (mail,) = read_mails(catcher.folder, to="zoe@example.be")
    assert mail.subject == "Uitnodiging: één dossier"
    assert mail.links == ("http://localhost/invitation/abc",)


def test_a_text_message_is_a_mail_to_the_number(catcher: Catcher) -> None:
    catcher.send("32475123456@sms.localhost", "Code", "123456")

    assert [mail.text.strip() for mail in read_mails(catcher.folder, to="32475123456@sms.localhost")] == ["123456"]


def test_the_listing_has_the_newest_first_and_the_fields_of_mailpit(catcher: Catcher) -> None:
    catcher.send("a@example.be", "first")
    catcher.send("b@example.be", "second")

    listing = httpx.get(f"{catcher.url}/api/v1/messages").raise_for_status().json()
    details = httpx.get(f"{catcher.url}/api/v1/message/{listing['messages'][0]['ID']}").raise_for_status().json()

    assert listing["total"] == 2
    assert [message["Subject"] for message in listing["messages"]] == ["second", "first"]
    assert details["From"] == {"Name": "Dossier Access", "Address": "no-reply@example.be"}
    assert details["To"] == [{"Name": "", "Address": "b@example.be"}]
    assert details["MessageID"] == "0199@example.be"
    assert "invitation/abc" in details["Text"]
    assert "<p>" in details["HTML"]


def test_the_client_reads_over_http_what_is_on_disk(catcher: Catcher) -> None:
    for number in range(3):
        catcher.send("a@example.be", f"number {number}")
    catcher.send("b@example.be", "for somebody else")

    with MailClient(catcher.url) as client:
        found = client.wait("A@example.be", count=3)

    assert [mail.subject for mail in found] == ["number 0", "number 1", "number 2"]
    assert found[0].links == read_mails(catcher.folder)[0].links


@pytest.mark.parametrize("path", ["/api/v1/message/unknown", "/api/v1/message/../../etc/passwd", "/"])
def test_what_is_not_there_is_not_found(catcher: Catcher, path: str) -> None:
    assert httpx.get(f"{catcher.url}{path}").status_code == 404


def test_the_command_lists_mails_and_shows_one_with_its_links(catcher: Catcher) -> None:
    catcher.send("zoe@example.be", "Uitnodiging")

    listing = CliRunner().invoke(app, ["mail", "--folder", str(catcher.folder)])
    shown = CliRunner().invoke(app, ["mail", "--folder", str(catcher.folder), "show", "1"])

    assert "zoe@example.be" in listing.output
    assert "Uitnodiging" in listing.output
    assert "Link: http://localhost/invitation/abc" in shown.output
