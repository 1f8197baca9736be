"""The registry is explicit: one class a type, no type twice, nothing derived from a Python name."""

from typing import ClassVar

import pytest
from event_contracts.envelope import EventData
from event_contracts.registry import EVENTS, REGISTRY, build_registry


class Renamed(EventData):
    """Another class that claims a type which is taken."""

    event_type: ClassVar[str] = EVENTS[0].event_type


def test_a_type_registered_twice_fails_at_once() -> None:
    with pytest.raises(ValueError, match=f"{Renamed.event_type} is registered twice"):
        build_registry((*EVENTS, Renamed))


def test_the_registry_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        REGISTRY["scheduler.reminder.due.v1"] = Renamed  # type: ignore[index]


def test_every_event_class_that_names_a_type_is_registered() -> None:
    def named(base: type[EventData]) -> set[type[EventData]]:
        own = {base} if "event_type" in vars(base) and base.__module__.startswith("event_contracts.") else set()
        return own.union(*(named(child) for child in base.__subclasses__()))

    assert named(EventData) == set(EVENTS)


def test_a_class_without_a_subject_says_so() -> None:
    with pytest.raises(NotImplementedError, match="Renamed names no subject"):
        _ = Renamed().subject
