"""A virtual host of its own for every stack, with a user who may declare everything in it."""

import secrets
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import httpx

from local_stack.environment import SERVICES, BrokerAccess
from local_stack.errors import StackError
from local_stack.servers import Server


@dataclass(frozen=True)
class Broker:
    """The part of a RabbitMQ that belongs to one stack; the prefix keeps stacks that share a broker apart."""

    server: Server
    vhost: str
    prefix: str = ""

    def create(self) -> BrokerAccess:
        """Make the virtual host anew. The services' own users and their rights are made by `migrate`."""
        password = secrets.token_urlsafe(24)
        with self._client() as client:
            self._send(client, "DELETE", self._vhost_path, missing_ok=True)
            self._send(client, "PUT", self._vhost_path, {})
            self._send(client, "PUT", f"/api/users/{self._migrator}", {"password": password, "tags": "administrator"})
            everything = {"configure": ".*", "write": ".*", "read": ".*"}
            for user in (self._migrator, self._admin):
                self._send(client, "PUT", f"/api/permissions/{quote(self.vhost, safe='')}/{user}", everything)
        return BrokerAccess(
            url_of={name: self._url(f"{self.prefix}{name}", secrets.token_urlsafe(24)) for name in SERVICES},
            migration_url=self._url(self._migrator, password),
            management_url=self._management_url(self._migrator, password),
        )

    def drop(self) -> None:
        """Take the virtual host away with all that is in it, and the users with it."""
        with self._client() as client:
            self._send(client, "DELETE", self._vhost_path, missing_ok=True)
            for name in (self._migrator, *(f"{self.prefix}{service}" for service in SERVICES)):
                self._send(client, "DELETE", f"/api/users/{name}", missing_ok=True)

    @property
    def _migrator(self) -> str:
        return f"{self.prefix}migrate"

    @property
    def _admin(self) -> str:
        return quote(urlsplit(self.server.management_url).username or "guest", safe="")

    @property
    def _vhost_path(self) -> str:
        return f"/api/vhosts/{quote(self.vhost, safe='')}"

    def _client(self) -> httpx.Client:
        return httpx.Client(base_url=self.server.management_url, timeout=30)

    def _send(
        self, client: httpx.Client, method: str, path: str, body: object = None, *, missing_ok: bool = False
    ) -> None:
        response = client.request(method, path, json=body)
        if response.is_success or (missing_ok and response.status_code == 404):
            return
        raise StackError(f"RabbitMQ refused {method} {path}: {response.status_code} {response.text}")

    def _url(self, user: str, password: str) -> str:
        parts = urlsplit(self.server.url)
        return f"{parts.scheme}://{user}:{password}@{parts.netloc.rpartition('@')[2]}/{quote(self.vhost, safe='')}"

    def _management_url(self, user: str, password: str) -> str:
        parts = urlsplit(self.server.management_url)
        return f"{parts.scheme}://{user}:{password}@{parts.netloc.rpartition('@')[2]}"
