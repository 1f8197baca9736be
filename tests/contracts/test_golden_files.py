"""Every published event type has golden bodies; they parse, and they come out again byte for byte."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_structured_event
from cloudevents.core.formats.json import JSONFormat
from event_contracts import REGISTRY, parse_event
from event_contracts.envelope import source_of
from pydantic import BaseModel
from service_kit.messaging.relay import cloud_event

BodyOf = Callable[[Path], bytes]


def test_every_event_type_has_a_minimal_and_a_full_body_and_no_file_is_left_over(golden_folder: Path) -> None:
    found = {str(file.relative_to(golden_folder)) for file in golden_folder.rglob("*.json")}

    assert found == {f"{event_type}/{form}.json" for event_type in REGISTRY for form in ("minimal", "full")}


def test_a_golden_body_parses_to_its_class_and_comes_out_byte_for_byte(golden_file: Path, body_of: BodyOf) -> None:
    body = body_of(golden_file)

    event = parse_event(body)

    assert type(event.data) is REGISTRY[golden_file.parent.name]
    assert event.model_dump_json(exclude_none=True).encode() == body


def test_what_the_relay_sends_of_an_outbox_row_is_the_golden_body(golden_file: Path, body_of: BodyOf) -> None:
    event = parse_event(body_of(golden_file))
    row: Any = SimpleNamespace(
        id=event.id,
        type=event.type,
        subject=event.subject,
        sequence=event.order,
        time=event.time,
        correlation_id=event.correlationid,
        causation_id=event.causationid,
        traceparent=event.traceparent,
        data=event.data.as_json(),
    )

    assert cloud_event(event.source, row) == body_of(golden_file)


def test_the_envelope_names_the_subject_of_its_data(golden_file: Path, body_of: BodyOf) -> None:
    event = parse_event(body_of(golden_file))

    assert event.data.subject
    assert event.subject == event.data.subject


def test_a_full_body_sets_every_optional_field_and_a_minimal_one_none(golden_file: Path, body_of: BodyOf) -> None:
    event = parse_event(body_of(golden_file))

    given = [
        bool(getattr(part, name))
        for part in (event, event.data)
        for name, field in type(part).model_fields.items()
        if not field.is_required() and name not in ("specversion", "datacontenttype")
    ]

    assert all(given) if golden_file.stem == "full" else not any(given)


def test_the_official_sdk_reads_the_same_attributes_and_data(golden_file: Path, body_of: BodyOf) -> None:
    body = body_of(golden_file)
    ours = parse_event(body)

    theirs = from_structured_event(HTTPMessage({"content-type": JSONFormat.CONTENT_TYPE}, body), JSONFormat())

    assert theirs.get_specversion() == "1.0"
    assert (theirs.get_id(), theirs.get_source(), theirs.get_type()) == (str(ours.id), ours.source, ours.type)
    assert (theirs.get_subject(), theirs.get_time()) == (ours.subject, ours.time)
    assert theirs.get_datacontenttype() == "application/json"
    for extension in ("sequence", "correlationid", "causationid", "traceparent"):
        assert theirs.get_extension(extension) == getattr(ours, extension)
    assert theirs.get_data() == json.loads(body)["data"]


def test_what_the_official_sdk_writes_is_the_same_event_to_us(golden_file: Path, body_of: BodyOf) -> None:
    body = body_of(golden_file)

    written = JSONFormat().write(JSONFormat().read(None, body))

    assert parse_event(written) == parse_event(body)


def test_a_field_of_a_later_minor_version_is_ignored(golden_file: Path, body_of: BodyOf) -> None:
    content = json.loads(body_of(golden_file))
    content["laterattribute"] = "x"
    content["data"]["later_field"] = {"anything": [1, 2]}

    assert parse_event(json.dumps(content).encode()) == parse_event(body_of(golden_file))


def test_an_optional_field_may_be_null_or_absent(golden_file: Path, body_of: BodyOf) -> None:
    content = json.loads(body_of(golden_file))
    event = parse_event(body_of(golden_file))

    parsed = parse_event(json.dumps(_with_nulls(content, event)).encode())

    assert parsed == event


def _with_nulls(content: dict[str, Any], model: BaseModel) -> dict[str, Any]:
    absent = {name: None for name in type(model).model_fields if getattr(model, name) is None}
    nested = {
        name: _with_nulls(content[name], value)
        for name in type(model).model_fields
        if isinstance(value := getattr(model, name), BaseModel)
    }
    return content | absent | nested


@pytest.mark.parametrize("event_type", sorted(REGISTRY))
def test_a_type_says_service_thing_and_past_participle_with_a_version(event_type: str) -> None:
    service, thing, participle, version = event_type.split(".")

    assert source_of(service) in {
        f"/dossier-access/{name}" for name in ("identity", "dossier", "notifier", "scheduler")
    }
    assert thing.replace("_", "").isalpha()
    assert participle.replace("_", "").isalpha()
    assert version.removeprefix("v").isdigit()
    assert REGISTRY[event_type].event_type == event_type
