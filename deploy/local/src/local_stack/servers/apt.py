"""Servers as Debian packages, where we may install them; none of them is started by its installation."""

import os
import shutil
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

from local_stack.errors import StackError
from local_stack.servers import nginx, postgres, rabbitmq
from local_stack.servers.base import Context, Server, Way

_POLICY = Path("/usr/sbin/policy-rc.d")
# dpkg has one lock, and the policy file is one for all installations.
_one_at_a_time = threading.Lock()


def installing(package: str, afterwards: Way) -> Way:
    """A way that installs the package and then goes the way that its binaries open."""

    def way(context: Context) -> Server | None:
        return afterwards(context) if install(package, context.say) else None

    return way


def install(package: str, say: Callable[[str], None]) -> bool:
    """Installs it, or answers False where we may not; raises StackError when apt cannot."""
    prefix = _as_root()
    if prefix is None:
        return False
    say(f"installing {package} with apt")
    with _one_at_a_time:
        _install(prefix, package)
    return True


def _as_root() -> list[str] | None:
    """What to put before a command to run it as root; None where that, or apt, is not to be had."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    permitted = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    return ["sudo", "-n"] if permitted else None


def _install(prefix: list[str], package: str) -> None:
    install = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "--yes", "--no-install-recommends"]
    placed = _forbid_starting(prefix)
    try:
        if not _run([*prefix, *install, package])[0]:
            _run([*prefix, "apt-get", "update"])
            worked, output = _run([*prefix, *install, package])
            if not worked:
                raise StackError(f"apt could not install {package}\n{output}")
    finally:
        if placed:
            _run([*prefix, "rm", "-f", str(_POLICY)])


def _forbid_starting(prefix: list[str]) -> bool:
    """Debian asks this file before it starts a service; one that is there already is left alone."""
    if _POLICY.exists():
        return False
    script = f"printf '#!/bin/sh\\nexit 101\\n' > {_POLICY} && chmod 755 {_POLICY}"
    return _run([*prefix, "sh", "-c", script])[0]


def _run(command: list[str]) -> tuple[bool, str]:
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return result.returncode == 0, "\n".join((result.stdout + result.stderr).splitlines()[-12:])


install_postgres = installing("postgresql", postgres.from_machine)
install_rabbitmq = installing("rabbitmq-server", rabbitmq.from_machine)
install_nginx = installing("nginx-light", nginx.from_machine)
