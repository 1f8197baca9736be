"""How a text is set: French puts a space that never breaks before `: ; ? !` and inside its quotation marks. Pure."""

import re

from event_contracts.people import Language

_NO_BREAK = "\N{NO-BREAK SPACE}"
_BEFORE_MARK = re.compile(r" (?=[:;?!»])")


def typeset(text: str, language: Language) -> str:
    """The text as it is printed; what is written in the tables keeps plain spaces, which people can see."""
    if language is not Language.FR:
        return text
    return _BEFORE_MARK.sub(_NO_BREAK, text).replace("« ", "«" + _NO_BREAK)
