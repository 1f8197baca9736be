"""Errors of the domain: a kind, a stable code and a text that is safe to show; only the edges know HTTP or AMQP."""

from dataclasses import dataclass
from typing import ClassVar, Literal
from uuid import UUID

Kind = Literal[
    "not_found",
    "conflict",
    "forbidden",
    "invalid",
    "gone",
    "unauthenticated",
    "rate_limited",
    "precondition_failed",
    "precondition_required",
    "unavailable",
]


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field; `rule` is the number of the law it breaks."""

    field: str
    code: str
    detail: str
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Related:
    """Something that stands in the way, as the caller may see it anyway: nothing of another firm (A13)."""

    kind: str
    id: UUID
    name: str


class DomainError(Exception):
    """Base of every expected refusal. `detail` and `related` are shown: no secret and nothing of another firm."""

    kind: ClassVar[Kind]

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        rule: str | None = None,
        fields: tuple[FieldError, ...] = (),
        retry_after: int | None = None,
        related: tuple[Related, ...] = (),
    ) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail
        self.rule = rule
        self.fields = fields
        self.retry_after = retry_after
        self.related = related

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}" + (f" ({self.rule})" if self.rule else "")


class NotFound(DomainError):
    """Unknown here; the same answer for what does not exist and for what belongs to another firm."""

    kind = "not_found"


class Conflict(DomainError):
    """The state of things does not allow it."""

    kind = "conflict"


class Forbidden(DomainError):
    """The caller is known and may not."""

    kind = "forbidden"


class Invalid(DomainError):
    """What was sent cannot be meant; `fields` says where."""

    kind = "invalid"


class Gone(DomainError):
    """It was there and is no more: expired, replaced, used or revoked."""

    kind = "gone"


class Unauthenticated(DomainError):
    """The caller did not prove who they are."""

    kind = "unauthenticated"


class RateLimited(DomainError):
    """Too often; `retry_after` is in seconds."""

    kind = "rate_limited"


class PreconditionFailed(DomainError):
    """The version the caller saw is not the current one."""

    kind = "precondition_failed"


class PreconditionRequired(DomainError):
    """The caller must say which version they saw."""

    kind = "precondition_required"


class Unavailable(DomainError):
    """Something this needs is down; `retry_after` is in seconds."""

    kind = "unavailable"
