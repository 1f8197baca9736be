"""Free ports, steps that run together, and what is shown of them."""

import socket
import threading

import pytest
from local_stack.display import Display, LinesDisplay
from local_stack.parallel import together
from local_stack.ports import LOOPBACK, free_port, is_free


def test_a_free_port_can_be_listened_on() -> None:
    with socket.create_server((LOOPBACK, free_port())) as listener:
        assert not is_free(listener.getsockname()[1])


def test_steps_run_at_the_same_time_and_each_has_its_result() -> None:
    meeting = threading.Barrier(2, timeout=10)

    results = together({"a": meeting.wait, "b": meeting.wait}, give_up=meeting.abort)

    assert sorted(results.values()) == [0, 1]


def test_a_failing_step_makes_the_others_give_up_and_is_the_one_that_is_told() -> None:
    released = threading.Event()

    def waits() -> None:
        assert released.wait(timeout=10)
        raise RuntimeError("only because the other one failed")

    def fails() -> None:
        raise LookupError("the cause")

    with pytest.raises(LookupError, match="the cause"):
        together({"waits": waits, "fails": fails}, give_up=released.set)

    assert released.is_set()


def test_each_step_is_shown_with_how_it_ended(capsys: pytest.CaptureFixture[str]) -> None:
    display: Display = LinesDisplay()
    with display.step("postgres", "port 5432"):
        pass
    with pytest.raises(ValueError, match="no"), display.step("rabbitmq"):
        raise ValueError("no")

    ready, failed = capsys.readouterr().out.splitlines()
    assert ready.split()[:2] == ["ready", "postgres"]
    assert "port 5432" in ready
    assert failed.split()[:2] == ["failed", "rabbitmq"]
