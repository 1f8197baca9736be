"""A client's code: user names are made of it (I3), and no two of a firm may be mistaken for each other. Pure."""

import unicodedata

from service_kit.errors import FieldError, Invalid
from service_kit.user_names import RULE, contact_names


def checked_code(typed: str) -> str:
    """A code as it is kept, its case as typed; Invalid when no user name can begin with it (I3)."""
    code = unicodedata.normalize("NFKC", typed).strip()
    try:
        contact_names(code)
    except Invalid as error:
        field = FieldError("code", "code_malformed", error.detail, RULE)
        raise Invalid("code_malformed", error.detail, rule=RULE, fields=(field,)) from None
    return code
