"""The main job from the first firm to the opened dossier, with the reminders at their real distance."""

import io

import pytest
from local_stack.demo.main import play
from local_stack.demo.narrator import Failed, Narrator
from local_stack.demo.stage import Place
from local_stack.stack import LocalStack
from rich.console import Console


def narrator() -> Narrator:
    return Narrator(Console(file=io.StringIO(), width=200))


async def test_the_demo_plays_the_main_job_and_says_when_the_reminders_are_due(stack: LocalStack) -> None:
    teller = narrator()

    await play(Place(stack.base_url, stack.mail_api_url, stack.env_of), teller)

    assert (teller.passed, teller.skipped) == (59, 2)
    assert teller.summary == "59 steps passed, 2 skipped"


async def test_the_demo_names_the_step_that_failed_and_why(stack: LocalStack) -> None:
    teller = narrator()
    elsewhere = Place(stack.base_url, stack.mail_api_url, lambda _: {})

    with pytest.raises(Failed, match=r"step 1 failed: an operator makes the firm: .*DOSSIER_DATABASE_URL"):
        await play(elsewhere, teller)

    assert teller.passed == 0
