"""Which language a page speaks (M1): the one asked for, else the person's, else the browser's, else French. Pure."""

from event_contracts.people import Language


def choose_language(asked: str | None, person: Language | None, accept_language: str | None) -> Language:
    """`asked` is the page's `?lang=`; what is no language of ours counts as not said."""
    return asked_language(asked) or person or _accepted(accept_language or "") or Language.FR


def asked_language(tag: str | None) -> Language | None:
    """A language of ours, however its tag is spelled."""
    base = (tag or "").strip().lower().partition("-")[0]
    return Language(base) if base in {language.value for language in Language} else None


def _accepted(header: str) -> Language | None:
    """The best of `Accept-Language` (RFC 9110) that we have."""
    weighted: list[tuple[float, int, Language]] = []
    for position, part in enumerate(header.split(",")[:20]):
        tag, _, parameter = part.partition(";")
        language = asked_language(tag)
        if language is not None:
            weighted.append((-_weight(parameter), position, language))
    return min(weighted)[2] if weighted and min(weighted)[0] < 0 else None


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    try:
        return float(value) if name == "q" else 1.0
    except ValueError:
        return 0.0
