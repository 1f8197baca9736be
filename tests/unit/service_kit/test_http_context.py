"""Correlation: what others send is used when well-formed and replaced when not."""

from uuid import UUID

import pytest
from service_kit.context import MessageContext, current_context, known_context, use_context

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_well_formed_values_are_carried_as_they_are():
    context = MessageContext.received("order-17", "cause-3", TRACEPARENT)
    assert context == MessageContext("order-17", "cause-3", TRACEPARENT)
    assert context.trace_id == "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.parametrize("given", [None, "", "a b", "x" * 129, "line\nbreak", "é", "<script>", 'a"b'])
def test_a_malformed_or_missing_correlation_id_becomes_a_new_uuid7(given):
    assert UUID(MessageContext.received(given).correlation_id).version == 7


@pytest.mark.parametrize(
    "given",
    [
        "",
        "garbage",
        TRACEPARENT.upper(),
        TRACEPARENT + "-extra",
        "ff" + TRACEPARENT[2:],
        "00-" + "0" * 32 + "-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-" + "0" * 16 + "-01",
    ],
)
def test_a_malformed_traceparent_is_dropped(given):
    assert MessageContext.received("a", None, given).traceparent is None


def test_the_context_holds_inside_the_block_only():
    assert known_context() is None
    with use_context(MessageContext("outer")):
        with use_context(MessageContext("inner")):
            assert current_context().correlation_id == "inner"
        assert current_context().correlation_id == "outer"
    assert known_context() is None


def test_outside_any_work_each_asker_gets_a_context_of_its_own():
    assert current_context().correlation_id != current_context().correlation_id
