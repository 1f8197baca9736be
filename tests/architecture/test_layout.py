"""Every service looks the same from outside: the same files at its top and in its areas, one migration head."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

SERVICE_NAMES = ("identity", "dossier", "notifier", "scheduler")
TOP = {"__init__", "__main__", "bootstrap", "commands", "deps", "settings", "tables_base"}
AREA = {"__init__", "domain", "events", "handlers", "repository", "routes", "schemas", "service", "tables"}
# Files beyond the agreed ones, each on purpose: a use case or an adapter that would make its neighbour too long.
MORE: dict[str, set[str]] = {
    "identity": {"inputs", "randomness"},
    "identity/invitations": {
        "acceptance",
        "access",
        "declining",
        "ending",
        "links",
        "mailing",
        "portal_users",
        "reminders",
        "resending",
        "suspension",
    },
    "identity/keys": {"signer"},
    "identity/recovery": {"issuing", "resets", "sign_in"},
    "identity/sessions": {"sign_in"},
    "dossier/firms/settings": {"logo"},
    "dossier/access/grants": {"activation", "ending", "housekeeping", "moving", "resending"},
    "dossier/access/projections": {"mails"},
    "dossier/notices": {"digest"},
    "notifier/messages": {"notices", "rows", "security"},
    "notifier/bounces": {"dsn"},
    "notifier/staff": {"callers"},
}


def python_files(folder: Path) -> set[str]:
    return {file.stem for file in folder.glob("*.py")}


def areas(service: Path) -> Sequence[Path]:
    """What has tables of its own. Folders without (channels, pages, texts) name their files after what they adapt."""
    return [file.parent for file in sorted(service.rglob("tables.py"))]


@pytest.mark.parametrize("name", SERVICE_NAMES)
def test_a_service_has_the_agreed_files_at_its_top(services: Mapping[str, Path], name: str) -> None:
    found = python_files(services[name])

    assert found - TOP - MORE.get(name, set()) == set()
    assert TOP - {"commands"} - found == set()


@pytest.mark.parametrize("name", SERVICE_NAMES)
def test_an_area_uses_the_agreed_file_names(services: Mapping[str, Path], name: str) -> None:
    strange = {
        f"{folder}/{file}.py"
        for area in areas(services[name])
        for folder in [f"{name}/{area.relative_to(services[name])}"]
        for file in python_files(area) - AREA - MORE.get(folder, set())
    }

    assert strange == set()


@pytest.mark.parametrize("folder", sorted(MORE))
def test_the_list_of_further_files_has_no_entry_too_many(services: Mapping[str, Path], folder: str) -> None:
    name, _, area = folder.partition("/")

    assert MORE[folder] - python_files(services[name] / area) == set()


@pytest.mark.parametrize("name", SERVICE_NAMES)
def test_every_folder_with_python_in_it_is_a_package(services: Mapping[str, Path], name: str) -> None:
    bare = {
        str(file.parent.relative_to(services[name]))
        for file in services[name].rglob("*.py")
        if not (file.parent / "__init__.py").exists() and file.parent.name != "versions"
    }

    assert bare == set()


@pytest.mark.parametrize("name", SERVICE_NAMES)
def test_the_migrations_of_a_service_have_one_head(services: Mapping[str, Path], name: str) -> None:
    script = ScriptDirectory(str(services[name] / "migrations"))

    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1


@pytest.mark.parametrize("name", SERVICE_NAMES)
def test_a_new_migration_starts_with_a_lock_timeout(services: Mapping[str, Path], name: str) -> None:
    assert "lock_timeout" in (services[name] / "migrations" / "script.py.mako").read_text()
