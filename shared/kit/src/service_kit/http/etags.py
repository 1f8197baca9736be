"""Strong ETags of a version number, and `If-Match`: who edits must have seen the current version."""

from typing import Annotated

from fastapi import Header

from service_kit.errors import PreconditionFailed, PreconditionRequired

IfMatch = Annotated[str | None, Header(alias="If-Match", description='ETag of the version you saw, for example "3"')]


def etag_of(version: int) -> str:
    """`3` -> `"3"`."""
    return f'"{version}"'


def require_match(if_match: str | None, version: int) -> None:
    """Returns when the header names this version (or `*`, any); else PreconditionFailed, or PreconditionRequired.

    Comparison is strong (RFC 9110, 13.1.1): a weak tag never matches.
    """
    if if_match is None:
        raise PreconditionRequired("if_match_required", "Send If-Match with the ETag you received.")
    tags = {tag.strip() for tag in if_match.split(",")}
    if "*" not in tags and etag_of(version) not in tags:
        raise PreconditionFailed("version_changed", "It was changed since you read it: read it again.")
