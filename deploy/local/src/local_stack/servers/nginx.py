"""nginx is only a program here: the gateway starts it with a configuration of its own."""

import shutil
from pathlib import Path

from local_stack.errors import StackError
from local_stack.servers.base import Context, Server

_PLACES = ("/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/local/nginx/sbin/nginx", "/opt/homebrew/bin/nginx")


def from_environment(context: Context) -> Server | None:
    binary = context.environment.get("NGINX_BINARY")
    if not binary:
        return None
    found = shutil.which(binary)
    if found is None:
        raise StackError(f"NGINX_BINARY names {binary}, which is not a program")
    return Server("nginx", "", "given as NGINX_BINARY", private=False, program=(found,))


def from_machine(_: Context) -> Server | None:
    binary = find_binary()
    return Server("nginx", "", f"installed as {binary}", private=True, program=(binary,)) if binary else None


def find_binary() -> str | None:
    return shutil.which("nginx") or next((place for place in _PLACES if Path(place).exists()), None)
