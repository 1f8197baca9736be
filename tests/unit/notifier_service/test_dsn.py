"""M5: delivery reports as the mail servers of the world write them, and mails that only look like one."""

import base64
import time
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import pytest
from notifier_service.bounces.domain import RETURN_PATH_PURPOSE, BounceOutcome, ReturnPaths, judge
from notifier_service.bounces.dsn import LARGEST_REPORT, Malformed, NotAReport, read_report
from service_kit.security.keyring import KeyRing

SAMPLES = Path(__file__).parent / "dsn"
MESSAGE = UUID("019a0c4e-5b7d-7e5f-a1b2-c3d4e5f60718")
RING = KeyRing.parse(f"k1:{base64.b64encode(bytes(range(32))).decode()}")
PATHS = ReturnPaths("no-reply@access.example", "bounces@access.example", RING.derive(RETURN_PATH_PURPOSE))
REPORTS = {
    "postfix_unknown_user": (BounceOutcome.BOUNCED, True, "5.1.1"),
    "postfix_gave_up": (BounceOutcome.BOUNCED, False, "4.4.1"),
    "postfix_delayed": (BounceOutcome.DELAYED, False, "4.4.1"),
    "postfix_delivered": (BounceOutcome.DELIVERED, False, ""),
    "exim_unknown_user": (BounceOutcome.BOUNCED, True, "5.0.0"),
    "office365_unknown_user": (BounceOutcome.BOUNCED, True, "5.1.10"),
    "gmail_unknown_user": (BounceOutcome.BOUNCED, True, "5.1.1"),
    "sendmail_mailbox_full": (BounceOutcome.BOUNCED, True, "5.2.2"),
    "sendmail_alias_partly_failed": (BounceOutcome.DELIVERED, False, ""),
    "internationalised": (BounceOutcome.BOUNCED, True, "5.1.1"),
}
NO_REPORTS = ("vacation", "read_receipt", "complaint", "reply")


def sample(name: str) -> bytes:
    return (SAMPLES / f"{name}.eml").read_bytes()


def report(*blocks: str, kind: str = "delivery-status") -> bytes:
    """A minimal report with these recipient blocks."""
    status = "\r\n\r\n".join(("Reporting-MTA: dns; mx.example.com", *blocks))
    return (
        f"To: x@access.example\r\nContent-Type: multipart/report; report-type={kind}; boundary=b\r\n\r\n"
        f"--b\r\nContent-Type: text/plain\r\n\r\nsorry\r\n"
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\n{status}\r\n\r\n--b--\r\n"
    ).encode()


def test_every_sample_is_tested() -> None:
    assert {path.stem for path in SAMPLES.glob("*.eml")} == {*REPORTS, *NO_REPORTS}


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_a_report_of_a_real_server_is_read_and_names_its_message(name: str) -> None:
    read = read_report(sample(name))

    verdict = judge(read.blocks)
    assert (verdict.outcome, verdict.permanent, verdict.status) == REPORTS[name]
    assert PATHS.message_of(read.sent_to) == MESSAGE


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_what_is_kept_of_a_report_holds_no_address_and_no_link(name: str) -> None:
    for block in read_report(sample(name)).blocks:
        assert "@" not in block.diagnostic
        assert "://" not in block.diagnostic


@pytest.mark.parametrize("name", NO_REPORTS)
def test_a_mail_that_is_no_delivery_report_is_told_from_one(name: str) -> None:
    with pytest.raises(NotAReport):
        read_report(sample(name))


@pytest.mark.parametrize("name", sorted(REPORTS))
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_line_ends_change_nothing(name: str, line_end: bytes) -> None:
    raw = sample(name).replace(b"\r\n", line_end)

    assert judge(read_report(raw).blocks).outcome is REPORTS[name][0]


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_a_report_cut_off_anywhere_is_an_answer_and_no_crash(name: str) -> None:
    raw = sample(name)
    for length in range(0, len(raw), 97):
        try:
            read_report(raw[:length])
        except (NotAReport, Malformed):
            continue


BAD = {
    "nothing": b"",
    "no mail": b"\x00\x01\x02",
    "no status part": b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nhi\n",
    "no boundary": b"Content-Type: multipart/report; report-type=delivery-status\r\n\r\nhi\r\n",
    "no recipient": report(),
    "no action": report("Final-Recipient: rfc822; a@example.com\r\nStatus: 5.1.1"),
    "an action nobody knows": report("Final-Recipient: rfc822; a@example.com\r\nAction: exploded\r\nStatus: 5.1.1"),
    "failed with success": report("Final-Recipient: rfc822; a@example.com\r\nAction: failed\r\nStatus: 2.0.0"),
    "a thousand recipients": report(*["Final-Recipient: rfc822; a@example.com\r\nAction: failed"] * 1000),
    "a thousand parts": report("Action: failed") + b"--b\r\nContent-Type: text/plain\r\n\r\n" * 1000,
    "a thousand levels": b"".join(
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(1000)
    ),
    "too large": report("Action: failed") + b"x" * LARGEST_REPORT,
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_what_cannot_be_read_is_malformed(name: str) -> None:
    with pytest.raises(Malformed):
        read_report(BAD[name])


FAILED = b"Final-Recipient: rfc822; a@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n"
HOSTILE = {
    "a word without end": report(FAILED.decode() + "Diagnostic-Code: smtp; " + "a" * 900_000),
    "a status without end": report(FAILED.decode().replace("5.1.1", "5." * 450_000)),
    "comments in comments": report(FAILED.decode()).replace(b"x@access.example", b"(" * 900_000),
    "angles in angles": report(FAILED.decode()).replace(b"x@access.example", b"<" * 900_000),
    "parameters without end": report(FAILED.decode()).replace(b"boundary=b\r", b"boundary=b" + b";a" * 450_000 + b"\r"),
    "nothing but empty lines": report(FAILED.decode() + "\r\n" * 450_000),
    "nothing but blocks": report(FAILED.decode() + "a: b\r\n\r\n" * 110_000),
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_m5_a_report_that_was_made_to_be_hard_to_read_is_an_answer_in_no_time(name: str) -> None:
    assert len(HOSTILE[name]) <= LARGEST_REPORT
    began = time.process_time()

    with suppress(Malformed, NotAReport):
        read_report(HOSTILE[name])

    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("block", "status"),
    [
        ("Action: failed\r\nStatus: 5.1.1 (unknown)", "5.1.1"),
        ("Action: FAILED (bad address)\r\nStatus: 5.1.1", "5.1.1"),
        ("Action: failed\r\nDiagnostic-Code: smtp; 550 no such user", "5.0.0"),
        ("Action: failed\r\nDiagnostic-Code: smtp; 451 try later", "4.0.0"),
        ("Action: failed", "5.0.0"),
        ("Action: delayed", "4.0.0"),
    ],
)
def test_what_careless_servers_leave_out_is_made_good(block: str, status: str) -> None:
    (read,) = read_report(report(f"Final-Recipient: rfc822; a@example.com\r\n{block}")).blocks

    assert read.status == status


def test_the_status_of_a_returned_report_is_not_taken_for_the_report_itself() -> None:
    inner = report("Final-Recipient: rfc822; a@example.com\r\nAction: failed\r\nStatus: 5.1.1")
    outer = b"Content-Type: multipart/report; report-type=delivery-status; boundary=o\r\n\r\n--o\r\n"
    raw = outer + b"Content-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--o--\r\n"

    with pytest.raises(Malformed):
        read_report(raw)
