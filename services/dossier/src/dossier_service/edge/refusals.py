"""From the law's refusals to the errors the edge knows; what is unknown and what is another firm's answer the same."""

from service_kit.errors import Conflict, DomainError, Forbidden, NotFound

from dossier_service.access.domain import Refusal


def unknown() -> NotFound:
    """The one answer for ids that do not exist, belong to another firm, or are not the caller's to see (A13)."""
    return NotFound("not_found", "Nothing with this id is known here.", rule="A13")


def refused(refusal: Refusal) -> DomainError:
    """The error that says a refusal to the caller."""
    kind = Conflict if refusal.kind == "conflict" else Forbidden
    return kind(refusal.code, refusal.reason.capitalize() + ".", rule=refusal.rule)


def require(refusal: Refusal | None) -> None:
    """Raises the refusal when there is one."""
    if refusal is not None:
        raise refused(refusal)
