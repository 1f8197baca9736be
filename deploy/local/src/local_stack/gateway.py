"""The gateway: nginx in the foreground as an ordinary user, with every path of it inside the stack's folder."""

import os
import re
import shlex
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from local_stack.errors import StackError
from local_stack.folders import CLONE, Folders
from local_stack.ports import LOOPBACK
from local_stack.privileges import Unprivileged
from local_stack.probes import answers
from local_stack.processes import Child, Command, Supervisor, wait_until_ready
from local_stack.servers import Server

_TEMPLATE = CLONE / "deploy" / "gateway" / "nginx.conf.template"
_PLACEHOLDER = re.compile(r"\$\{([A-Z_]+)\}")
_KINDS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
_READY_TIMEOUT = 20.0


@dataclass(frozen=True)
class Gateway:
    """Where it listens and what it stands before: service name to port."""

    nginx: Server
    port: int
    services: Mapping[str, int]
    folders: Folders
    user: Unprivileged | None

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def start(self, supervisor: Supervisor) -> Child:
        folder = self._make_folder()
        configuration = folder / "nginx.conf"
        configuration.write_text(render(_TEMPLATE.read_text(), self._values(folder)))
        command = Command(
            "gateway",
            [*self.nginx.program, "-p", folder, "-e", "stderr", "-c", configuration],
            # The program that starts a container stays who we are; inside, nginx is the user all the same.
            user=None if self.nginx.in_container else self.user,
            folder=folder,
            stop_signal=signal.SIGTERM,
        )
        child = supervisor.start(command)
        wait_until_ready(child, lambda: answers(f"{self.url}/healthz"), timeout=_READY_TIMEOUT)
        return child

    def _make_folder(self) -> Path:
        folder = self.folders.data / "gateway"
        folder.mkdir(mode=0o700)
        if self.user is not None:
            os.chown(folder, self.user.uid, self.user.gid)
        return folder

    def _values(self, folder: Path) -> dict[str, str]:
        return {
            "GATEWAY_RUN": str(folder),
            "GATEWAY_LISTEN": f"{LOOPBACK}:{self.port}",
            # The log that the process was started with; its file belongs to the user it runs as.
            "GATEWAY_ACCESS_LOG": "/dev/stdout",
            "GATEWAY_TEMPORARY_PATHS": temporary_paths(_built_in(self.nginx.program), folder),
            **{f"{name.upper()}_ADDRESS": f"{LOOPBACK}:{port}" for name, port in self.services.items()},
        }


def render(template: str, values: Mapping[str, str]) -> str:
    """Fill in the names in capitals; nginx's own variables are in small letters and stay."""
    return _PLACEHOLDER.sub(lambda match: values[match[1]], template)


def temporary_paths(build: str, folder: Path) -> str:
    """Folders for what nginx buffers: it makes one for each kind it was built with, elsewhere when it is not told."""
    kinds = [kind for kind in _KINDS if f"--without-http_{kind}_module" not in build]
    return "\n    ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)


def _built_in(program: Sequence[str]) -> str:
    result = subprocess.run([*program, "-V"], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise StackError(f"{shlex.join(program)} does not run\n{result.stderr}")
    return result.stderr
