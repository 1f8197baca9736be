"""Every service gets its own environment, with secrets made for this stack."""

import base64
import stat
from pathlib import Path

from local_stack.environment import (
    SERVICES,
    BrokerAccess,
    DatabaseAccess,
    Ports,
    environments,
    key_ring,
    load,
    save,
)
from local_stack.folders import claim

PORTS = Ports(gateway=8080)
DATABASES = {
    name: DatabaseAccess(f"postgresql://{name}@db/{name}", f"postgresql://{name}_owner@db") for name in SERVICES
}
BROKER = BrokerAccess({name: f"amqp://{name}@mq/stack" for name in SERVICES}, "amqp://migrate@mq/stack", "http://mq")


def test_each_variable_has_the_prefix_of_its_service() -> None:
    for service, environment in environments(PORTS, DATABASES, BROKER, {}).items():
        assert {name.partition("_")[0] for name in environment} == {service.upper()}


def test_a_service_knows_its_own_roles_only() -> None:
    dossier = environments(PORTS, DATABASES, BROKER, {})["dossier"]

    assert dossier["DOSSIER_DATABASE_URL"] == "postgresql://dossier@db/dossier"
    assert dossier["DOSSIER_MIGRATION_DATABASE_URL"] == "postgresql://dossier_owner@db"
    assert dossier["DOSSIER_RABBIT_URL"] == "amqp://dossier@mq/stack"
    assert not any("SEALING" in name or "KEY_ENCRYPTION" in name for name in dossier)


def test_identity_and_notifier_share_the_sealing_keys_and_nothing_else_has_the_key_encryption_keys() -> None:
    made = environments(PORTS, DATABASES, BROKER, {})

    assert made["identity"]["IDENTITY_SEALING_KEYS"] == made["notifier"]["NOTIFIER_SEALING_KEYS"]
    assert made["identity"]["IDENTITY_KEY_ENCRYPTION_KEYS"] != made["identity"]["IDENTITY_SEALING_KEYS"]
    assert [name for env in made.values() for name in env if "KEY_ENCRYPTION" in name] == [
        "IDENTITY_KEY_ENCRYPTION_KEYS"
    ]


def test_two_stacks_have_no_key_in_common() -> None:
    first, second = (environments(PORTS, DATABASES, BROKER, {})["identity"]["IDENTITY_SEALING_KEYS"] for _ in range(2))

    assert first != second


def test_a_key_ring_names_each_key_and_every_key_has_256_bits() -> None:
    ring = dict(entry.split(":") for entry in key_ring(("new", "old")).split(","))

    assert list(ring) == ["new", "old"]
    assert {len(base64.b64decode(key)) for key in ring.values()} == {32}


def test_overrides_are_given_without_the_prefix_and_win() -> None:
    overrides = {"dossier": {"REMINDER_OFFSETS": "PT3S,PT6S", "LOG_LEVEL": "debug"}}

    dossier = environments(PORTS, DATABASES, BROKER, overrides)["dossier"]

    assert dossier["DOSSIER_REMINDER_OFFSETS"] == "PT3S,PT6S"
    assert dossier["DOSSIER_LOG_LEVEL"] == "debug"


def test_saved_environments_can_be_loaded_and_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    folders = claim(tmp_path / "home", user=None)
    made = environments(PORTS, DATABASES, BROKER, {})

    save(folders, made)

    assert load(folders.home, "notifier") == made["notifier"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in folders.environments.iterdir()} == {0o600}


def test_passwords_do_not_show_when_an_access_is_printed() -> None:
    assert "postgresql" not in repr(DatabaseAccess("postgresql://a:secret@db", "postgresql://b:secret@db"))
