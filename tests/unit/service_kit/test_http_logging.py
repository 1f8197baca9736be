"""Logs: one JSON object per line, ours and the libraries', with correlation and without secrets (I5)."""

import json
import logging

import pytest
import structlog
from service_kit.context import MessageContext, use_context
from service_kit.logging import MASK, configure_logging, get_logger, is_secret_name, mask, mask_text


@pytest.fixture
def lines(capsys):
    root = logging.getLogger()
    handlers, level, config = root.handlers[:], root.level, structlog.get_config()
    yield lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    structlog.configure(**config)
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.getLogger("uvicorn.access").disabled = False


def test_a_line_is_json_with_service_action_and_correlation(lines):
    configure_logging("identity")
    context = MessageContext.received("corr-1", "cause-1", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    with use_context(context):
        get_logger("here").info("grant offered", action="grant_offered", count=2)
    (line,) = lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "grant offered",
        "action": "grant_offered",
        "count": 2,
        "level": "info",
        "logger": "here",
        "service": "identity",
        "correlation_id": "corr-1",
        "causation_id": "cause-1",
        "trace_id": "0af7651916cd43dd8448eb211c80319c",
    }


def test_library_records_take_the_same_way(lines):
    configure_logging("identity")
    with use_context(MessageContext("corr-2")):
        logging.getLogger("aio_pika.robust").warning("lost amqp://svc:%s@broker/", "hunter2")
    (line,) = lines()
    assert line["event"] == f"lost amqp://svc:{MASK}@broker/"
    assert (line["service"], line["level"], line["correlation_id"]) == ("identity", "warning", "corr-2")
    assert line["logger"] == "aio_pika.robust"


def test_tracebacks_are_masked_too(lines):
    configure_logging("identity")
    try:
        raise ValueError("no mail for https://example.org/invitation/Abc-123_x")
    except ValueError:
        get_logger().exception("failed", action="failed")
        logging.getLogger("some.library").exception("failed there")
    ours, theirs = lines()
    for line in (ours, theirs):
        assert f"/invitation/{MASK}" in line["exception"]
        assert "Abc-123_x" not in json.dumps(line)


def test_lines_below_the_level_are_not_written(lines):
    configure_logging("identity", "warning")
    get_logger().info("quiet")
    logging.getLogger("x").info("quiet")
    get_logger().warning("loud")
    assert [line["event"] for line in lines()] == ["loud"]


def test_the_console_format_is_for_people(capsys, lines):
    configure_logging("identity", fmt="console")
    get_logger().info("grant offered", token="Abc")
    out = capsys.readouterr().out
    assert "grant offered" in out
    assert "Abc" not in out


def test_the_access_log_of_uvicorn_is_off_because_it_would_show_links(lines):
    configure_logging("identity")
    logging.getLogger("uvicorn.access").info('"GET /invitation/Abc HTTP/1.1" 200')
    assert lines() == []


@pytest.mark.parametrize(
    "name",
    ["password", "Token", "code", "secret", "Authorization", "refresh_token", "client_secret", "Set-Cookie", "link"],
)
def test_values_under_secret_names_are_masked(name):
    assert is_secret_name(name)
    assert mask({"deep": [{name: "s3cret"}]}) == {"deep": [{name: MASK}]}


@pytest.mark.parametrize("name", ["status_code", "reason", "event", "tokens_expire_at", "dossier_id", "problem"])
def test_other_names_are_not(name):
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("/invitation/AbC_9-x", "/invitation/***"),
        ("GET /invitation/AbC/more?x=1", "GET /invitation/***/more?x=1"),
        ("/api/identity/v1/invitations/AbC/acceptance", "/api/identity/v1/invitations/***/acceptance"),
        ("/INVITATION/AbC", "/INVITATION/***"),
        ("/password-reset/AbC_9-x", "/password-reset/***"),
        ("/api/identity/v1/password-resets/AbC", "/api/identity/v1/password-resets/***"),
        ("postgresql://svc:pw@db:5432/x", "postgresql://svc:***@db:5432/x"),
        ("Authorization: Bearer eyJ.a-b.c", "Authorization: Bearer ***"),
        ("nothing secret / here", "nothing secret / here"),
    ],
)
def test_secrets_inside_texts_are_masked(text, masked):
    assert mask_text(text) == masked


def test_objects_are_masked_by_how_they_print():
    class Thing:
        def __str__(self):
            return "/invitation/AbC"

    assert mask((Thing(), 3, None, 1.5)) == ["/invitation/***", 3, None, 1.5]
