"""The environment of each service: its own database role, its own broker user, fresh secrets and nobody else's."""

import base64
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from local_stack.folders import Folders, write_private
from local_stack.ports import LOOPBACK, free_port

SERVICES = ("identity", "dossier", "notifier", "scheduler")


# Everybody who calls a local stack has the same address, and one person signs in more often than in real life.
_ONE_CLIENT_FOR_ALL = dict.fromkeys(
    (
        "LIMIT_SIGN_INS_PER_ADDRESS",
        "LIMIT_CODES_PER_ADDRESS",
        "LIMIT_RESETS_PER_ADDRESS",
        "LIMIT_INVITATIONS_PER_ADDRESS",
        "LIMIT_CONTACT_CHANGES_PER_ADDRESS",
        "LIMIT_CODES_PER_ACCOUNT",
        "LIMIT_RESETS_PER_ACCOUNT",
        "LIMIT_PASSWORDS_ASKED_PER_ACCOUNT",
        "LIMIT_CONTACT_CHANGES_PER_ACCOUNT",
    ),
    "1000000",
)


@dataclass(frozen=True)
class Ports:
    """Where the processes of a stack listen."""

    gateway: int
    api: Mapping[str, int] = field(default_factory=lambda: {name: free_port() for name in SERVICES})
    worker: Mapping[str, int] = field(default_factory=lambda: {name: free_port() for name in SERVICES})
    smtp: int = field(default_factory=free_port)
    mail_api: int = field(default_factory=free_port)

    @property
    def base_url(self) -> str:
        return f"http://{LOOPBACK}:{self.gateway}"

    @property
    def mail_api_url(self) -> str:
        return f"http://{LOOPBACK}:{self.mail_api}"


@dataclass(frozen=True)
class DatabaseAccess:
    """The two roles of a service's database: the owner migrates, the other one works."""

    url: str = field(repr=False)
    owner_url: str = field(repr=False)


@dataclass(frozen=True)
class BrokerAccess:
    """What the broker part of a stack is reached with: one virtual host, a user per service and one that migrates."""

    url_of: Mapping[str, str] = field(repr=False)
    migration_url: str = field(repr=False)
    management_url: str = field(repr=False)


def key_ring(kids: Iterable[str] = ("k1",)) -> str:
    """A fresh key for each name; the first one is used, the others only opened."""
    return ",".join(f"{kid}:{base64.b64encode(secrets.token_bytes(32)).decode()}" for kid in kids)


def environments(
    ports: Ports,
    databases: Mapping[str, DatabaseAccess],
    broker: BrokerAccess,
    overrides: Mapping[str, Mapping[str, str]],
) -> dict[str, dict[str, str]]:
    """Service name to its whole environment. Overrides are given by service, without its prefix."""
    sealing_keys = key_ring()
    own = {
        "identity": {"SEALING_KEYS": sealing_keys, "KEY_ENCRYPTION_KEYS": key_ring(), **_ONE_CLIENT_FOR_ALL},
        "dossier": {},
        "notifier": {
            "SEALING_KEYS": sealing_keys,
            "SMTP_HOST": LOOPBACK,
            "SMTP_PORT": str(ports.smtp),
            "SMTP_TLS": "none",
            "MAIL_FROM": "no-reply@dossier-access.localhost",
            "MAIL_BOUNCES": "bounces@dossier-access.localhost",
            "SMS_CHANNEL": "email",
        },
        "scheduler": {},
    }
    return {
        service: _prefixed(
            service,
            {**_common(service, ports, databases[service], broker), **own[service], **overrides.get(service, {})},
        )
        for service in SERVICES
    }


def save(folders: Folders, environments: Mapping[str, Mapping[str, str]]) -> None:
    """Kept for operator commands, readable by the owner alone."""
    for service, environment in environments.items():
        write_private(_file(folders.home, service), json.dumps(environment, indent=1))


def load(home: Path, service: str) -> dict[str, str]:
    environment: dict[str, str] = json.loads(_file(home, service).read_text())
    return environment


def _file(home: Path, service: str) -> Path:
    return home / "env" / f"{service}.json"


def _common(service: str, ports: Ports, database: DatabaseAccess, broker: BrokerAccess) -> dict[str, str]:
    return {
        "DATABASE_URL": database.url,
        "MIGRATION_DATABASE_URL": database.owner_url,
        "RABBIT_URL": broker.url_of[service],
        "MIGRATION_RABBIT_URL": broker.migration_url,
        "RABBIT_MANAGEMENT_URL": broker.management_url,
        "API_HOST": LOOPBACK,
        "API_PORT": str(ports.api[service]),
        "WORKER_PORT": str(ports.worker[service]),
        "TRUSTED_PROXIES": f"{LOOPBACK}/32",
        "LOG_LEVEL": "info",
        "LOG_FORMAT": "json",
        # Straight to identity: the services must be able to start before the gateway does.
        "JWKS_URL": f"http://{LOOPBACK}:{ports.api['identity']}/.well-known/jwks.json",
        "TOKEN_ISSUER": ports.base_url,
        "TOKEN_AUDIENCE": "dossier-access",
        "PUBLIC_BASE_URL": ports.base_url,
    }


def _prefixed(service: str, settings: Mapping[str, str]) -> dict[str, str]:
    return {f"{service.upper()}_{name}": value for name, value in settings.items()}
