"""The wire-format page tells the truth: its example is accepted, its tables name every event and who listens."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from dossier_service.bootstrap import SERVICE as DOSSIER
from event_contracts import REGISTRY, parse_event, service_of
from event_contracts.people import SealPurpose
from event_contracts.registry import WITHOUT_SUBSCRIBER
from identity_service.bootstrap import SERVICE as IDENTITY
from notifier_service.bootstrap import SERVICE as NOTIFIER
from scheduler_service.bootstrap import SERVICE as SCHEDULER

PAGE = (Path(__file__).parents[2] / "docs" / "wire-format.md").read_text()
EXAMPLES = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
EVENT_ROW = re.compile(r"^\| `([a-z_]+\.[a-z_]+\.[a-z_]+\.v\d+)` \| (.+) \| (.+) \|$", re.MULTILINE)
LISTENERS = {service.name: set(service.handlers.types) for service in (DOSSIER, IDENTITY, NOTIFIER, SCHEDULER)}


@pytest.fixture
def listeners() -> Mapping[str, str]:
    """The page's last column by event type."""
    return {event_type: column for event_type, _, column in EVENT_ROW.findall(PAGE)}


def test_the_page_has_an_example() -> None:
    assert EXAMPLES


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_parses(example: str) -> None:
    assert parse_event(example.encode()).type in example


def test_the_page_names_every_event_once_under_the_service_that_says_it() -> None:
    tables = re.findall(r"^\| (\w+) says \|.*?(?=^\n|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    named = [event_type for event_type, _, _ in EVENT_ROW.findall(PAGE)]

    assert sorted(named) == sorted(REGISTRY)
    assert list(dict.fromkeys(service_of(event_type) for event_type in named)) == tables


@pytest.mark.parametrize("event_type", sorted(REGISTRY))
def test_the_page_names_exactly_those_who_listen(listeners: Mapping[str, str], event_type: str) -> None:
    listening = sorted(name for name, types in LISTENERS.items() if event_type in types)

    assert listeners[event_type] == (", ".join(listening) or "(nobody)")


def test_an_event_nobody_listens_to_is_registered_as_one(listeners: Mapping[str, str]) -> None:
    assert {event_type for event_type, column in listeners.items() if column == "(nobody)"} == WITHOUT_SUBSCRIBER


@pytest.mark.parametrize("purpose", SealPurpose)
def test_the_page_says_what_a_sealed_value_of_each_purpose_is_bound_to(purpose: SealPurpose) -> None:
    assert f"| `{purpose}` |" in PAGE
