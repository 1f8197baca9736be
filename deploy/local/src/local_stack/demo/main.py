"""Runs the demo: on a stack of its own with short reminders, or on one that is up; ends with 0 or the failed step."""

import asyncio
import time
from contextlib import ExitStack

from rich.console import Console

from local_stack.demo.narrator import Failed, Narrator
from local_stack.demo.scenes import SCRIPT
from local_stack.demo.stage import Place, open_stage, place_of
from local_stack.demo.story import Story
from local_stack.display import Display, display_for
from local_stack.errors import StackError
from local_stack.stack import LocalStack, Options

# Long enough to see the invitation before the first one, short enough to wait for both.
REMINDERS = "PT3S,PT6S"


def main(base_url: str | None = None, mail_url: str | None = None) -> int:
    """The exit code: 0, or 1 after the step that failed."""
    narrator = Narrator(Console(highlight=False))
    try:
        if base_url is None:
            _on_own_stack(narrator)
        else:
            asyncio.run(play(place_of(base_url.rstrip("/"), mail_url), narrator))
    except Failed as failure:
        narrator.console.print(f"demo: {failure}", markup=False, soft_wrap=True)
        return 1
    narrator.console.print(f"demo: {narrator.summary}", markup=False)
    return 0


async def play(place: Place, narrator: Narrator) -> None:
    """All scenes in order; Failed at the first that goes wrong."""
    async with open_stage(place) as stage:
        await narrator.tell(SCRIPT, Story.on(stage))


def _on_own_stack(narrator: Narrator) -> None:
    started = time.monotonic()
    display = display_for(narrator.console) if narrator.console.is_terminal else Display()
    options = Options(name="demo", reminder_offsets=REMINDERS, display=display)
    with ExitStack() as closing:
        try:
            stack = closing.enter_context(LocalStack(options))
        except StackError as error:
            raise narrator.failure("the stack starts", error, started) from error
        display.finish()
        narrator.say(f"the stack starts at {stack.base_url}: four services, gateway, broker, database, mail", started)
        asyncio.run(play(Place(stack.base_url, stack.mail_api_url, stack.env_of), narrator))
