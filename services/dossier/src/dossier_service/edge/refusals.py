"""From the law's refusals to the errors the edge knows; what is unknown and what is another firm's answer the same."""

from service_kit.errors import Conflict, DomainError, Forbidden, NotFound, RateLimited, Related

from dossier_service.access.domain import Refusal

RETRY_AFTER = 600
"""Seconds after which a limit that counts an hour is worth another try."""


def unknown() -> NotFound:
    """The one answer for ids that do not exist, belong to another firm, or are not the caller's to see (A13)."""
    return NotFound("not_found", "Nothing with this id is known here.", rule="A13")


def refused(refusal: Refusal, related: tuple[Related, ...] = ()) -> DomainError:
    """The error that says a refusal to the caller, with what stands in the way when the caller may see it."""
    if refusal.kind == "rate_limited":
        return RateLimited(refusal.code, refusal.reason.capitalize() + ".", rule=refusal.rule, retry_after=RETRY_AFTER)
    kind = Conflict if refusal.kind == "conflict" else Forbidden
    return kind(refusal.code, refusal.reason.capitalize() + ".", rule=refusal.rule, related=related)


def require(refusal: Refusal | None) -> None:
    """Raises the refusal when there is one."""
    if refusal is not None:
        raise refused(refusal)
