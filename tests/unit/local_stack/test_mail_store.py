"""Mails on disk: whole or not there, and read back as their recipient sees them."""

from email.message import EmailMessage
from pathlib import Path

from local_stack.mail.store import MailStore, read_mails


def message(subject: str = "Invitation à un dossier", text: str = "Bonjour") -> bytes:
    mail = EmailMessage()
    mail["From"] = "Dossier Access <no-reply@example.be>"
    mail["To"] = "Zoé <zoe@example.be>"
    mail["Subject"] = subject
    mail["Message-ID"] = "<0199@example.be>"
    mail.set_content(text)
    mail.add_alternative(f"<p>{text}</p>", subtype="html")
    return mail.as_bytes()


def test_a_kept_mail_reads_as_it_was_sent(tmp_path: Path) -> None:
    identity = MailStore(tmp_path).add(message(text="Déjà vu"), "no-reply@example.be", ["zoe@example.be"])

    (mail,) = read_mails(tmp_path)

    assert mail.id == identity
    assert mail.message_id == "0199@example.be"
    assert mail.subject == "Invitation à un dossier"
    assert mail.recipients == ("zoe@example.be",)
    assert "Déjà vu" in mail.text
    assert "<p>Déjà vu</p>" in mail.html


def test_mails_are_listed_in_the_order_of_their_arrival(tmp_path: Path) -> None:
    store = MailStore(tmp_path)
    for number in range(12):
        store.add(message(subject=f"number {number}"), "a@example.be", ["b@example.be"])

    assert [mail.subject for mail in read_mails(tmp_path)] == [f"number {number}" for number in range(12)]


def test_mails_for_one_address_are_found_by_the_envelope_whatever_its_case(tmp_path: Path) -> None:
    store = MailStore(tmp_path)
    store.add(message(), "a@example.be", ["Ann@Example.be"])
    store.add(message(), "a@example.be", ["joann@example.be"])

    assert [mail.recipients for mail in read_mails(tmp_path, to="ann@example.be")] == [("Ann@Example.be",)]


def test_a_mail_that_is_still_being_written_is_not_listed(tmp_path: Path) -> None:
    (tmp_path / "1-0.part").write_bytes(message()[:40])

    assert read_mails(tmp_path) == []


def test_links_are_found_once_each_and_without_the_full_stop_after_them(tmp_path: Path) -> None:
    text = "Open http://localhost:8080/invitation/aB-_9. Again: http://localhost:8080/invitation/aB-_9, or <https://a.be/x>"
    MailStore(tmp_path).add(message(text=text), "a@example.be", ["b@example.be"])

    assert read_mails(tmp_path)[0].links == ("http://localhost:8080/invitation/aB-_9", "https://a.be/x")


def test_an_id_that_looks_like_a_path_finds_nothing(tmp_path: Path) -> None:
    (tmp_path / "mail").mkdir()
    (tmp_path / "secret.eml").write_bytes(message())

    assert MailStore(tmp_path / "mail").get("../secret") is None
