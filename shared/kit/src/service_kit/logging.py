"""One log line per event on stdout, JSON or for a console, ours and the libraries' alike; no secret reaches it."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from typing import Any, Literal

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor

from service_kit.context import known_context

LogFormat = Literal["json", "console"]
MASK = "***"

_MASKED_NAMES = (
    r"password|passphrase|tokens?|code|sms_code|sign_in_code|secret|authorization|cookie|set[-_]cookie|api_key|"
    r"private_key|link|plaintext|.*[-_](?:password|token|secret)"
)
_IS_SECRET_NAME = re.compile(_MASKED_NAMES, re.IGNORECASE)
# One alternative per way a secret gets into a text: links that carry a token, credentials in URLs, bearer tokens.
_LINK = re.compile(r"(/(?:invitations?|password-resets?)/)[^/\s?#&\"'<>]+", re.IGNORECASE)
_URL_PASSWORD = re.compile(r"(://[^:/@\s]*:)[^@/\s]+@")
_BEARER = re.compile(r"(bearer\s+)[\w.~+/=-]+", re.IGNORECASE)


def mask_text(text: str) -> str:
    """The text without link tokens, passwords in URLs and bearer tokens."""
    if "/" in text:
        text = _URL_PASSWORD.sub(rf"\1{MASK}@", _LINK.sub(rf"\1{MASK}", text))
    return _BEARER.sub(rf"\1{MASK}", text) if "earer" in text.lower() else text


@lru_cache(maxsize=2048)
def is_secret_name(name: str) -> bool:
    """Whether a value under this name must not be shown."""
    return _IS_SECRET_NAME.fullmatch(name) is not None


def mask(value: Any) -> Any:
    """The value with everything secret inside it masked, however deep."""
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, Mapping):
        return {key: MASK if is_secret_name(str(key)) else mask(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [mask(item) for item in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return mask_text(str(value))


def redact(_: Any, __: str, event: EventDict) -> EventDict:
    """Processor: the last one before rendering, so that tracebacks pass through it too."""
    for key, value in event.items():
        if not key.startswith("_"):
            event[key] = MASK if is_secret_name(key) else mask(value)
    return event


def add_context(_: Any, __: str, event: EventDict) -> EventDict:
    """Processor: correlation, causation and trace of the work being done."""
    if (context := known_context()) is not None:
        event.setdefault("correlation_id", context.correlation_id)
        if context.causation_id:
            event.setdefault("causation_id", context.causation_id)
        if context.trace_id:
            event.setdefault("trace_id", context.trace_id)
    return event


class _StdoutLogger:
    """Writes to whatever `sys.stdout` is at that moment, one write and one flush per line."""

    def __init__(self, name: str = "") -> None:
        self.name = name

    def msg(self, message: str) -> None:
        sys.stdout.write(message + "\n")
        sys.stdout.flush()

    debug = info = warning = error = critical = exception = log = msg


class _StdoutHandler(logging.Handler):
    """The same for the standard library's records."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            _StdoutLogger().msg(self.format(record))
        except Exception:
            self.handleError(record)


def _adder(service: str) -> Processor:
    def add_service(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["service"] = service
        return event

    return add_service


def configure_logging(
    service: str, level: str = "info", fmt: LogFormat = "json", *, cache_loggers: bool = False
) -> None:
    """Called once, at start-up, by the runtime; calling it again replaces what was there.

    `cache_loggers` makes each logger keep what it finds at its first line: faster, but for good.
    """
    number = logging.getLevelNamesMapping()[level.upper()]
    shared: list[Processor] = [
        structlog.stdlib.add_logger_name,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _adder(service),
        add_context,
    ]
    last: list[Processor] = [structlog.processors.format_exc_info, redact, _renderer(fmt)]
    _configure([*shared, *last], number, cache_loggers=cache_loggers)
    handler = _StdoutHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    _take_over_standard_logging(handler, number)


def _configure(processors: list[Processor], level: int, *, cache_loggers: bool) -> None:
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_StdoutLogger,
        cache_logger_on_first_use=cache_loggers,
    )


def _renderer(fmt: LogFormat) -> Processor:
    if fmt == "console":
        return structlog.dev.ConsoleRenderer(
            colors=sys.stdout.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    return structlog.processors.JSONRenderer(ensure_ascii=False)


def _take_over_standard_logging(handler: logging.Handler, level: int) -> None:
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(level, logging.INFO))
    for name in (
        "uvicorn",
        "uvicorn.error",
        "uvicorn.access",
        "aio_pika",
        "aiormq",
        "sqlalchemy",
        "alembic",
        "asyncio",
    ):
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
    # The access log is ours, with masked paths; these two say per request or statement what is said better elsewhere.
    logging.getLogger("uvicorn.access").disabled = True
    logging.getLogger("httpx").setLevel(logging.WARNING)


def get_logger(name: str = "") -> FilteringBoundLogger:
    """A lazy logger: may be made at import time, is configured at first use."""
    logger: FilteringBoundLogger = structlog.get_logger(name)
    return logger


if not structlog.is_configured():
    # Until `configure_logging` runs, and in scripts and tests that never call it, lines are plain and masked as well.
    _configure(
        [
            structlog.processors.add_log_level,
            add_context,
            structlog.processors.format_exc_info,
            redact,
            _renderer("console"),
        ],
        logging.INFO,
        cache_loggers=False,
    )
