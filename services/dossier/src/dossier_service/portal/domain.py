"""What the set-up of a portal may say (P1): who there is to one analysis, and one sign-in per address. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service_kit.errors import FieldError
from service_kit.user_names import proposed_name, skeleton

from dossier_service.dossiers.people.domain import Analysis

RULE = "P1"


@dataclass(frozen=True, slots=True)
class Central:
    """A holder or co-holder as checked: normalised address, spelled user name. No address is no sign-in."""

    given_name: str
    family_name: str
    email: str | None
    user_name: str | None = None
    custom_text: str | None = None

    @property
    def shown_name(self) -> str:
        """The wished user name, else the one that is proposed by default (I3)."""
        return self.user_name or proposed_name(self.given_name, self.family_name)


def why_not_this_analysis(analysis: Analysis, *, co_holder: bool) -> FieldError | None:
    """An individual analysis is about one person, a joint one about two (P1)."""
    if analysis is Analysis.JOINT and not co_holder:
        return _error("co_holder", "co_holder_missing", "A joint analysis is about two people: name the second.")
    if analysis is Analysis.INDIVIDUAL and co_holder:
        return _error("co_holder", "co_holder_unexpected", "An individual analysis is about one person.")
    return None


def why_not_these_people(holder: Central, co_holder: Central | None) -> Sequence[FieldError]:
    """One address is never two accounts; who has no address gets no sign-in, and so neither name nor mail (P1)."""
    return tuple(_wrong_with(holder, co_holder)) if co_holder is not None else ()


def _wrong_with(holder: Central, co_holder: Central) -> Iterator[FieldError]:
    if co_holder.email is None:
        if co_holder.user_name is not None:
            yield _error("co_holder.user_name", "no_sign_in", "Without an e-mail address there is no sign-in to name.")
        if co_holder.custom_text is not None:
            yield _error("co_holder.custom_text", "no_sign_in", "Without an e-mail address nothing is sent.")
        return
    if co_holder.email == holder.email:
        detail = "One address is never two accounts: leave it out, or give the second person their own."
        yield _error("co_holder.email", "address_twice", detail)
    names = (holder.user_name, co_holder.user_name)
    if None not in names and len({skeleton(name) for name in names if name is not None}) == 1:
        yield _error("co_holder.user_name", "user_name_twice", "Two people have two user names.", "I3")


def _error(field: str, code: str, detail: str, rule: str = RULE) -> FieldError:
    return FieldError(field, code, detail, rule)
