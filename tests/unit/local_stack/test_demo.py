"""How the demo tells its story, and how it finds what it plays on."""

import io
from datetime import UTC, datetime

import httpx
import pytest
from local_stack.demo.api import Unexpected, refusal_of
from local_stack.demo.mailbox import link_in
from local_stack.demo.narrator import Failed, Narrator, Scene, Skipped
from local_stack.demo.stage import place_of
from local_stack.demo.waiting import NotInTime, until
from local_stack.errors import StackError
from local_stack.mail.store import Mail
from rich.console import Console


@pytest.fixture
def narrator() -> Narrator:
    return Narrator(Console(file=io.StringIO(), width=100))


def told(narrator: Narrator) -> str:
    file = narrator.console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


def a_mail(text: str) -> Mail:
    return Mail("1", "m", "from@example.com", ("to@example.com",), "A subject", datetime.now(UTC), text, "")


async def fine(who: str) -> str:
    return f"{who} did something [twice]"


async def left_out(_: str) -> str:
    raise Skipped("due on Friday")


async def wrong(_: str) -> str:
    raise Unexpected("it rained")


async def broken(_: str) -> str:
    raise KeyError("grant")


async def test_every_step_is_a_numbered_line_and_is_counted(narrator: Narrator) -> None:
    await narrator.tell([("one", fine), ("two", left_out), ("three", fine)], "Ann")

    lines = told(narrator).splitlines()
    assert [line.split()[0] for line in lines] == ["1", "2", "3"]
    assert "Ann did something [twice]" in lines[0]
    assert "two: skipped: due on Friday" in lines[1]
    assert narrator.summary == "2 steps passed, 1 skipped"


@pytest.mark.parametrize(("scene", "reason"), [(wrong, "it rained"), (broken, "KeyError('grant')")])
async def test_a_step_that_fails_is_named_and_nothing_comes_after_it(
    narrator: Narrator, scene: Scene[str], reason: str
) -> None:
    script = [("one", fine), ("the weather holds", scene), ("three", fine)]

    with pytest.raises(Failed) as failed:
        await narrator.tell(script, "Ann")

    assert str(failed.value) == f"step 2 failed: the weather holds: {reason}"
    assert "✗ the weather holds" in told(narrator)
    assert len(told(narrator).splitlines()) == 2


async def test_what_does_not_happen_in_time_is_named() -> None:
    async def never() -> None:
        return None

    with pytest.raises(NotInTime, match="the sun rises: not within 0 s"):
        await until(never, "the sun rises", within=0.0, every=0.01)


def test_a_refusal_says_status_code_rule_and_the_wrong_fields() -> None:
    problem = {
        "code": "contact_invalid",
        "rule": "A3",
        "detail": "No.",
        "errors": [{"field": "phone", "detail": "Bad."}],
    }

    refusal = refusal_of(httpx.Response(422, json=problem))

    assert str(refusal) == "422 contact_invalid, A3"
    assert refusal.detail == "phone: Bad."


def test_a_refusal_that_is_a_page_says_its_status() -> None:
    assert refusal_of(httpx.Response(503, text="<html>")).status == 503


def test_the_link_of_an_invitation_is_the_one_among_others() -> None:
    mail = a_mail("Look at http://h/help or create an account: http://h/invitation/abc")

    assert link_in(mail) == "http://h/invitation/abc"


@pytest.mark.parametrize("text", ["no link", "http://h/invitation/a and http://h/invitation/b"])
def test_a_mail_with_no_or_two_invitations_is_unexpected(text: str) -> None:
    with pytest.raises(Unexpected, match="A subject"):
        link_in(a_mail(text))


def test_a_system_that_is_no_stack_of_this_clone_needs_its_mails_and_an_operators_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("DOSSIER_DATABASE_URL", raising=False)
    with pytest.raises(StackError, match="--mail-url"):
        place_of("http://127.0.0.1:9", None)
    with pytest.raises(StackError, match="DOSSIER_DATABASE_URL"):
        place_of("http://127.0.0.1:9", "http://127.0.0.1:10")

    monkeypatch.setenv("DOSSIER_DATABASE_URL", "postgresql://there")
    place = place_of("http://127.0.0.1:9", "http://127.0.0.1:10")

    assert (place.base_url, place.mail_url) == ("http://127.0.0.1:9", "http://127.0.0.1:10")
    assert place.environment_of("dossier")["DOSSIER_DATABASE_URL"] == "postgresql://there"
