"""A body that breaks its contract is refused with the field named and without one of its values repeated."""

import json
from typing import Any

import pytest
from event_contracts import MalformedEvent, UnknownEventType, parse_event

SECRET = "s3cret-value-of-the-sender"


def body(content: dict[str, Any], **changes: Any) -> bytes:
    return json.dumps(content | changes).encode()


def without(content: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in content.items() if key != name}


@pytest.mark.parametrize(
    "event_type",
    [
        "scheduler.reminder.due.v2",
        "scheduler.reminder.due",
        "scheduler.holiday.announced.v1",
        f"scheduler.{SECRET}.v1",
    ],
)
def test_a_well_formed_event_of_an_unknown_type_or_version_is_told_apart(due: dict[str, Any], event_type: str) -> None:
    with pytest.raises(UnknownEventType) as refused:
        parse_event(body(due, type=event_type))

    assert str(refused.value).startswith("type:")
    assert event_type not in str(refused.value)


def test_an_unknown_type_in_a_broken_envelope_is_malformed_and_never_parked(due: dict[str, Any]) -> None:
    with pytest.raises(MalformedEvent, match=r"^id: "):
        parse_event(body(due, type="scheduler.reminder.due.v2", id="1"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("specversion", "0.3"),
        ("id", SECRET),
        ("id", "6f2c8b1e-6f0a-4d3b-9a56-0b6f4a8c1d2e"),
        ("id", None),
        ("type", None),
        ("type", 7),
        ("source", ""),
        ("subject", ""),
        ("sequence", "42"),
        ("sequence", "1" * 21),
        ("sequence", "1" * 20 + "\n"),
        ("sequence", "x" * 20),
        ("sequence", "٣" * 20),
        ("sequence", 42),
        ("time", "yesterday"),
        ("time", "2026-03-03T09:15:00"),
        ("datacontenttype", "text/xml"),
        ("data", None),
        ("data", [SECRET]),
        ("data", SECRET),
    ],
)
def test_a_broken_attribute_is_refused_by_its_name(due: dict[str, Any], field: str, value: object) -> None:
    with pytest.raises(MalformedEvent) as refused:
        parse_event(body(due, **{field: value}))

    assert str(refused.value).startswith(f"{field}: ")
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("field", ["id", "source", "type", "subject", "sequence", "time", "data"])
def test_a_missing_attribute_is_refused_by_its_name(due: dict[str, Any], field: str) -> None:
    with pytest.raises(MalformedEvent, match=f"^{field}: Field required"):
        parse_event(body(without(due, field)))


@pytest.mark.parametrize(
    "source",
    ["/dossier-access/identity", "/dossier-access/scheduler/", "scheduler", f"https://{SECRET}"],
)
def test_a_source_that_may_not_say_this_type_is_refused(due: dict[str, Any], source: str) -> None:
    with pytest.raises(MalformedEvent, match="source may not publish this type") as refused:
        parse_event(body(due, source=source))

    assert source not in str(refused.value)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"step": 0}, "data.step"),
        ({"step": SECRET}, "data.step"),
        ({"last": SECRET}, "data.last"),
        ({"due_at": "2026-03-03T09:15:00"}, "data.due_at"),
        ({"reminder_id": SECRET}, "data.reminder_id"),
        ({"ladder": None}, "data.ladder"),
    ],
)
def test_a_broken_field_of_the_data_is_refused_by_its_path(
    due: dict[str, Any], changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(MalformedEvent) as refused:
        parse_event(body(due, data=due["data"] | changes))

    assert str(refused.value).startswith(f"{field}: ")
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"{",
        b'{"type": "scheduler.reminder.due.v1"',
        b"\xff\xfe\x00\x01",
        SECRET.encode(),
        b"[" * 10_000,
    ],
)
def test_a_body_that_is_no_json_object_is_malformed(raw: bytes) -> None:
    with pytest.raises(MalformedEvent, match=r"^body: ") as refused:
        parse_event(raw)

    assert SECRET not in str(refused.value)


def test_the_refusal_does_not_drag_the_body_along(due: dict[str, Any]) -> None:
    with pytest.raises(MalformedEvent) as refused:
        parse_event(body(due, id=SECRET))

    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_many_faults_are_told_shortly(due: dict[str, Any]) -> None:
    with pytest.raises(MalformedEvent) as refused:
        parse_event(json.dumps({"type": due["type"]}).encode())

    assert str(refused.value).count(";") <= 5
    assert len(str(refused.value)) < 1_000
