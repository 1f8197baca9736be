"""Servers never run as root: when we are root, this finds the user they run as."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from local_stack.errors import StackError

_CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True)
class Unprivileged:
    """A user to drop to."""

    name: str
    uid: int
    gid: int

    def can_reach(self, folder: Path) -> bool:
        """Whether this user may pass through the folder and all above it."""
        return all(self._may_enter(step) for step in (folder, *folder.parents))

    def _may_enter(self, folder: Path) -> bool:
        status = folder.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.gid:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)


def unprivileged_user() -> Unprivileged | None:
    """The user for servers, None when we are an ordinary user ourselves."""
    if os.geteuid() != 0:
        return None
    for name in _CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Unprivileged(name, entry.pw_uid, entry.pw_gid)
    raise StackError("PostgreSQL does not run as root, and neither the user postgres nor nobody exists here")
