"""Where a stack keeps its files; two stacks never share a folder, because each holds a lock on its own."""

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_stack.errors import StackError
from local_stack.privileges import Unprivileged

CLONE = Path(__file__).resolve().parents[4]


@dataclass(frozen=True)
class Folders:
    """The folder of one stack; `data` may lie elsewhere when the servers' user cannot reach the clone."""

    home: Path
    data: Path
    lock: int

    @property
    def log(self) -> Path:
        return self.home / "log"

    @property
    def mail(self) -> Path:
        return self.home / "mail"

    @property
    def environments(self) -> Path:
        return self.home / "env"

    @property
    def state(self) -> Path:
        return self.home / "stack.json"

    @property
    def id(self) -> str:
        """A short name that differs between two clones and between two stacks of one clone."""
        return identity_of(self.home)


def identity_of(home: Path) -> str:
    return hashlib.sha256(str(home).encode()).hexdigest()[:10]


def home_of(name: str | None = None) -> Path:
    """`.local` of this clone, or a folder of that name inside it."""
    home = CLONE / ".local"
    return home / name if name else home


def claim(home: Path, user: Unprivileged | None) -> Folders:
    """Lock the folder and empty what an earlier stack left in it."""
    home = home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    lock = os.open(home / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise StackError(f"a stack already runs from {home}" + _running_at(home)) from None
    for leftover in ("log", "mail", "env"):
        shutil.rmtree(home / leftover, ignore_errors=True)
        (home / leftover).mkdir(mode=0o700 if leftover == "env" else 0o755)
    (home / "stack.json").unlink(missing_ok=True)
    return Folders(home=home, data=_data_folder(home, user), lock=lock)


def claim_first_free(home: Path, user: Unprivileged | None, *, tries: int = 50) -> Folders:
    """The folder, or the same name with a number when another stack has it: test runs may overlap."""
    for number in range(1, tries):
        candidate = home if number == 1 else home.with_name(f"{home.name}-{number}")
        try:
            return claim(candidate, user)
        except StackError:
            continue
    raise StackError(f"{tries} stacks already run beside {home}")


def _data_folder(home: Path, user: Unprivileged | None) -> Path:
    """`data` inside the home, or a private folder under the system's temporary one for a user who cannot get there."""
    inside = home / "data"
    shutil.rmtree(inside, ignore_errors=True)
    if user is None:
        inside.mkdir(mode=0o700)
        return inside
    if user.can_reach(home):
        folder = inside
    else:
        folder = Path(tempfile.gettempdir()).resolve() / f"dossier-access-{identity_of(home)}"
        if folder.is_symlink():
            raise StackError(f"{folder} is a link that this stack did not make; remove it")
        if folder.exists():
            if folder.stat().st_uid not in (0, user.uid):
                raise StackError(f"{folder} belongs to somebody else; remove it")
            shutil.rmtree(folder)
    folder.mkdir(mode=0o700)
    os.chown(folder, user.uid, user.gid)
    return folder


def write_private(path: Path, text: str, user: Unprivileged | None = None) -> Path:
    """Write a file that only its owner can read, without a moment in which others could."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    if user is not None:
        os.chown(path, user.uid, user.gid)
    return path


def read_state(home: Path) -> dict[str, Any] | None:
    """What the stack of this folder wrote about itself, None when no stack runs there."""
    try:
        lock = os.open(home / "lock", os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return _state(home)
    else:
        return None
    finally:
        os.close(lock)


def _state(home: Path) -> dict[str, Any] | None:
    try:
        state: dict[str, Any] = json.loads((home / "stack.json").read_text())
    except (FileNotFoundError, ValueError):
        return None
    return state


def _running_at(home: Path) -> str:
    state = _state(home)
    return f": {state['base_url']}, process {state['pid']}" if state else ""
