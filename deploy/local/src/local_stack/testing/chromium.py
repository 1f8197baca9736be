"""The browser that tests drive: the one given, else the machine's, else Debian's, installed where that is permitted."""

import os
import shutil
from collections.abc import Callable

from local_stack.errors import StackError
from local_stack.servers import apt

# Nothing but what the tests ask for leaves the machine; the sandbox wants rights that containers do not give.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium(say: Callable[[str], None]) -> str:
    """The program; StackError says how to get one."""
    given = os.environ.get("CHROMIUM")
    if given:
        found = shutil.which(given)
        if found is None:
            raise StackError(f"CHROMIUM names {given}, which is not a program")
        return found
    found = _installed() or (_installed() if apt.install("chromium", say) else None)
    if found is None:
        raise StackError("no Chromium here, and we may not install one: install it, or set CHROMIUM=/path/to/it")
    return found


def _installed() -> str | None:
    return next(filter(None, map(shutil.which, _NAMES)), None)
