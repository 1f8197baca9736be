"""Who owns an asset and in which shares, and between whom a gift was made (A7). Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from service_kit.errors import FieldError

RULE = "A7"
WHOLE = Decimal(100)
FINEST = Decimal("0.0001")
"""A third of a third can be written down."""


@dataclass(frozen=True, slots=True)
class Share:
    """What somebody owns of an asset, in percent."""

    person_id: UUID
    percent: Decimal


def why_not_owned_so(owners: Sequence[Share]) -> tuple[FieldError, ...]:
    """Each owner once, each with more than nothing, all together at most the whole; the rest is somebody else's."""
    errors = [error for place, owner in enumerate(owners) for error in _why_no_share(owner.percent, place)]
    errors += _why_twice((owner.person_id for owner in owners), "owners", "person_id")
    if not errors and sum(owner.percent for owner in owners) > WHOLE:
        errors.append(FieldError("owners", "shares_over_whole", "All shares together are at most 100 %.", RULE))
    return tuple(errors)


def _why_no_share(percent: Decimal, place: int) -> Iterable[FieldError]:
    field = f"owners.{place}.share"
    if percent <= 0:
        yield FieldError(field, "share_not_positive", "A share is more than 0 %.", RULE)
    elif percent > WHOLE:
        yield FieldError(field, "share_over_whole", "A share is at most 100 %.", RULE)
    elif percent != percent.quantize(FINEST):
        yield FieldError(field, "share_too_fine", "A share has at most 4 digits after the point.", RULE)


def why_no_gift(donor_id: UUID, donee_ids: Sequence[UUID]) -> tuple[FieldError, ...]:
    """A gift has a donor and one donee or more, each once; nobody gives to themselves."""
    errors = _why_twice(donee_ids, "donee_ids")
    if not donee_ids:
        errors.append(FieldError("donee_ids", "donee_missing", "A gift was made to somebody.", RULE))
    for place, donee in enumerate(donee_ids):
        if donee == donor_id:
            detail = "The donor is not a donee of their own gift."
            errors.append(FieldError(f"donee_ids.{place}", "gift_to_donor", detail, RULE))
    return tuple(errors)


def _why_twice(people: Iterable[UUID], field: str, part: str = "") -> list[FieldError]:
    seen: set[UUID] = set()
    errors = []
    for place, person in enumerate(people):
        if person in seen:
            name = ".".join(filter(None, (field, str(place), part)))
            errors.append(FieldError(name, "person_twice", "Nobody is named twice.", RULE))
        seen.add(person)
    return errors


def people_named(content: Mapping[str, Any]) -> frozenset[UUID]:
    """Whom a record's content names, whatever its kind."""
    owners = [owner["person_id"] for owner in content.get("owners", ())]
    others = [content.get("donor_id"), content.get("person_id"), *content.get("donee_ids", ())]
    return frozenset(UUID(str(person)) for person in (*owners, *others) if person is not None)


def why_unknown_people(named: Iterable[tuple[str, UUID]], known: frozenset[UUID]) -> tuple[FieldError, ...]:
    """Records name people of their dossier's tree and nobody else."""
    detail = "This is nobody of this dossier's tree."
    return tuple(FieldError(field, "person_unknown", detail, RULE) for field, person in named if person not in known)
