"""Rules of what owners say of themselves (I3, I13): names that can be shown, a user name that never changes. Pure."""

import unicodedata
from collections.abc import Collection

from service_kit.errors import Conflict, FieldError, Invalid

from identity_service.invitations.domain import OfferState

LONGEST_NAME = 100


def checked_person_name(field: str, typed: str) -> str:
    """The name in one line of printable characters; Invalid when it is empty, too long or holds anything else."""
    name = " ".join(unicodedata.normalize("NFC", typed).split())
    if not name:
        raise _refused(field, "name_missing", "A name is needed.")
    if len(name) > LONGEST_NAME:
        raise _refused(field, "name_too_long", f"A name has at most {LONGEST_NAME} characters.")
    if not name.isprintable():
        raise _refused(field, "name_malformed", "A name holds letters and signs that can be read.")
    return name


def refuse_other_user_name(current: str, typed: str | None) -> None:
    """Raises Conflict when an account that exists is to get another user name (I3)."""
    if typed is not None and typed != current:
        detail = "A user name never changes."
        fields = (FieldError("user_name", "user_name_immutable", detail, "I3"),)
        raise Conflict("user_name_immutable", detail, rule="I3", fields=fields)


def refuse_staff(places: Collection[OfferState], *, phone_verified: bool) -> None:
    """Raises Conflict while the person works at a firm here: the firm's administrator ends that first (I13, A14).

    An offered place waits for a verified phone only: with one, dossier opens it at this moment.
    """
    if OfferState.OPENED in places or (phone_verified and OfferState.OFFERED in places):
        raise Conflict(
            "staff_place", "You belong to a firm's staff; an administrator of it must end that first.", rule="I13"
        )


def _refused(field: str, code: str, detail: str) -> Invalid:
    return Invalid(code, detail, rule="I13", fields=(FieldError(field, code, detail, "I13"),))
