"""Cheap questions to a server that may not be there yet."""

import base64
import contextlib
import http.client
import socket
from urllib.parse import unquote, urlsplit

from local_stack.ports import LOOPBACK


def answers(url: str, timeout: float = 10.0) -> bool:
    """Whether a GET is answered with success; user and password may be in the address."""
    parts = urlsplit(url)
    headers = {}
    if parts.username is not None:
        credentials = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = "Basic " + base64.b64encode(credentials.encode()).decode()
    connection = http.client.HTTPConnection(parts.hostname or LOOPBACK, parts.port, timeout=timeout)
    try:
        connection.request("GET", parts.path, headers=headers)
        return connection.getresponse().status < 300
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def accepts(port: int) -> bool:
    """Whether somebody listens on the port of the loopback address."""
    with contextlib.suppress(OSError):
        socket.create_connection((LOOPBACK, port), timeout=1).close()
        return True
    return False
