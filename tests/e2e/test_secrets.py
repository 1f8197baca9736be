"""Nothing secret that these tests used is in a log or travels in clear (I5); this file runs last."""

import re
from pathlib import Path

from local_stack.demo.stage import Stage
from local_stack.environment import SERVICES
from local_stack.mail.store import read_mails
from local_stack.services import ROLES
from local_stack.stack import LocalStack
from local_stack.testing import Office, Records

LINK = re.compile(r"/(?:invitation|password-reset)/([\w-]{20,})")
# At the start of a text message, on a line of its own in a mail: an address may have six digits too.
CODE = re.compile(r"^(\d{6})\b", re.MULTILINE)


def link_tokens(stack: LocalStack) -> set[str]:
    return {token for mail in read_mails(stack.mail_folder) for token in LINK.findall(mail.text)}


def codes_of(stack: LocalStack) -> set[str]:
    """Every code of six digits that was sent: by text message, or by mail to confirm an address."""
    return {code for mail in read_mails(stack.mail_folder) for code in CODE.findall(mail.text)}


def spoken(codes: set[str]) -> re.Pattern[str]:
    """One of the codes standing by itself: not the fraction of a second, not a part of an id or a number."""
    return re.compile(rf"(?<![\w.+/=-])(?:{'|'.join(sorted(codes))})(?![\w.+/=:Z-])")


def logs(stack: LocalStack) -> list[Path]:
    return sorted(stack.log_folder.glob("*.log"))


def found_in(text: str, secrets: set[str]) -> int:
    """How many of the secrets occur; which ones is nobody's business."""
    return sum(secret in text for secret in secrets)


async def test_no_password_token_link_or_code_is_in_any_log(stack: LocalStack, stage: Stage, office: Office) -> None:
    assert office.manager.secrets
    passwords_and_tokens = {secret for actor in stage.actors for secret in actor.secrets}
    links, codes = link_tokens(stack), codes_of(stack)
    assert links
    assert codes

    assert {"gateway.log", *(f"{service}-{role}.log" for service in SERVICES for role in ROLES)} <= {
        log.name for log in logs(stack)
    }
    for log in logs(stack):
        text = log.read_text(errors="replace")
        assert found_in(text, passwords_and_tokens) == 0, log.name
        assert found_in(text, links) == 0, log.name
        assert spoken(codes).search(text) is None, log.name


async def test_no_password_token_link_or_code_is_in_any_table_of_any_service(
    stack: LocalStack, stage: Stage, records: Records, office: Office
) -> None:
    """I5: hashes of tokens and passwords, codes encrypted, links and codes sealed; no stored answer holds one."""
    secrets = link_tokens(stack) | {secret for actor in stage.actors for secret in actor.secrets}
    code = spoken(codes_of(stack))

    for service in SERVICES:
        for table, text in (await records.contents(service)).items():
            assert found_in(text, secrets) == 0, f"{service}.{table}"
            assert code.search(text) is None, f"{service}.{table}"


async def test_the_settings_that_are_secret_are_in_no_log(stack: LocalStack) -> None:
    names = ("_DATABASE_URL", "_RABBIT_URL", "_RABBIT_MANAGEMENT_URL", "_KEYS")
    secrets = {
        value.partition("@")[0].rpartition(":")[2] if "://" in value else value.partition(":")[2]
        for service in SERVICES
        for name, value in stack.env_of(service).items()
        if name.endswith(names)
    }

    for log in logs(stack):
        assert found_in(log.read_text(errors="replace"), secrets) == 0, log.name


async def test_links_and_codes_travel_sealed_in_events(stack: LocalStack, records: Records, office: Office) -> None:
    """No outbox of any service holds one in clear."""
    links = link_tokens(stack)
    assert links
    for service in SERVICES:
        said = "\n".join(row["data"] for row in await records.rows(service, "SELECT data FROM outbox"))
        assert found_in(said, links) == 0, service


async def test_a_sent_mail_leaves_no_words_and_no_secret_on_record(records: Records, office: Office) -> None:
    """M4: notifier keeps template, parameters and sealed value until the final state, then erases them."""
    query = """SELECT count(*) FROM message WHERE state IN ('sent', 'failed', 'suppressed')
               AND (parameters IS NOT NULL OR sealed IS NOT NULL)"""
    assert await records.value("notifier", query) == 0
