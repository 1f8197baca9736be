"""The committed JSON Schemas are what the code says, and a published version never changes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from event_contracts import REGISTRY
from event_contracts.schema import export, json_schema
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

COMMITTED = Path(__file__).parents[2] / "shared" / "contracts" / "schemas"
WORDING = ("description", "title")
BodyOf = Callable[[Path], bytes]


def committed(event_type: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((COMMITTED / f"{event_type}.schema.json").read_text())
    return schema


def meaning(schema: object, *, names_of_fields: bool = False) -> object:
    """The schema without its wording, which may still be improved after publication."""
    if isinstance(schema, dict):
        return {
            key: meaning(value, names_of_fields=key in ("properties", "$defs"))
            for key, value in schema.items()
            if names_of_fields or key not in WORDING
        }
    return [meaning(item) for item in schema] if isinstance(schema, list) else schema


@pytest.mark.parametrize("event_type", sorted(REGISTRY))
def test_a_published_version_is_frozen(event_type: str) -> None:
    assert meaning(json_schema(event_type)) == meaning(committed(event_type)), (
        f"{event_type} is published: add a new version beside it instead of changing it"
    )


def test_the_committed_schemas_are_those_the_script_writes(tmp_path: Path) -> None:
    fresh = {file.name: file.read_text() for file in export(tmp_path)}

    assert fresh == {file.name: file.read_text() for file in COMMITTED.iterdir()}, (
        "run: .venv/bin/python -m event_contracts.schema shared/contracts/schemas"
    )


def test_the_schema_of_its_type_accepts_a_golden_body(golden_file: Path, body_of: BodyOf) -> None:
    schema = committed(golden_file.parent.name)
    Draft202012Validator.check_schema(schema)

    Draft202012Validator(schema, format_checker=FormatChecker()).validate(json.loads(body_of(golden_file)))


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "scheduler.reminder.due.v2"},
        {"source": "/dossier-access/identity"},
        {"sequence": "42"},
        {"subject": ""},
        {"specversion": "0.3"},
        {"data": {}},
    ],
)
def test_the_schema_refuses_what_the_parser_refuses(due: dict[str, Any], changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Draft202012Validator(committed(due["type"])).validate(due | changes)


def test_a_change_of_meaning_is_seen_and_a_change_of_wording_is_not() -> None:
    schema = json_schema("scheduler.reminder.due.v1")
    reworded = json.loads(json.dumps(schema)) | {"title": "another", "description": "other words"}
    loosened = json.loads(json.dumps(schema))
    loosened["required"].remove("data")

    assert meaning(reworded) == meaning(schema)
    assert meaning(loosened) != meaning(schema)
