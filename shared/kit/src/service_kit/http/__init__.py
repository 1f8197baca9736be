"""The HTTP edge of every service: application, problems, callers, idempotency, ETags, pages, health."""

from service_kit.http.app import HttpOptions, create_app
from service_kit.http.etags import IfMatch, etag_of, require_match
from service_kit.http.idempotency import IdempotentRoute, purge_idempotency_keys
from service_kit.http.pages import Page, PageParams, decode_cursor, encode_cursor, page_of
from service_kit.http.problems import Problem, field_error, problem_responses

__all__ = [
    "HttpOptions",
    "IdempotentRoute",
    "IfMatch",
    "Page",
    "PageParams",
    "Problem",
    "create_app",
    "decode_cursor",
    "encode_cursor",
    "etag_of",
    "field_error",
    "page_of",
    "problem_responses",
    "purge_idempotency_keys",
    "require_match",
]
