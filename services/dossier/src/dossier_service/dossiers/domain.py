"""Which sections a dossier has, and for whom (A8, P1): checked when typed, derived when shown. Pure."""

from collections.abc import Iterable, Sequence

from service_kit.errors import FieldError, Invalid

from dossier_service.access.domain import MODULES, Action, Section, Standing, decide

RULE = "A8"


def checked_modules(typed: Sequence[str], *, field: str = "modules") -> frozenset[Section]:
    """The modules a portal is to have; Invalid names each text that is none (A8). None at all is a choice too."""
    known = {section.value for section in MODULES}
    errors = [
        FieldError(f"{field}.{place}", "module_unknown", _why_no_module(text), RULE)
        for place, text in enumerate(typed)
        if text not in known
    ]
    if errors:
        detail = f"The modules of a portal are {', '.join(in_order(MODULES))}."
        raise Invalid("module_unknown", detail, rule=RULE, fields=tuple(errors))
    return frozenset(map(Section, typed))


def _why_no_module(text: str) -> str:
    if text in set(Section):
        return f"{text} is a section that every dossier has: it cannot be chosen or left out."
    return f"There is no module {text[:50]}."


def in_order(sections: Iterable[Section]) -> tuple[Section, ...]:
    """As the table of A7 lists them, whatever the order in which they were typed or stored."""
    chosen = frozenset(sections)
    return tuple(section for section in Section if section in chosen)


def sections_for(standing: Standing) -> tuple[Section, ...]:
    """What there is to open for this party: everything for staff, for others exactly what they may read (A7, A8).

    A module that was left out is absent, like a section their right does not reach.
    """
    if standing.is_staff:
        return in_order(Section)
    return in_order(section for section in Section if decide(standing, section, Action.READ).allowed)
