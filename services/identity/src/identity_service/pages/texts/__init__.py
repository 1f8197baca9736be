"""The pages' texts: one table per language, all with the same keys; `{name}` marks what is filled in."""

from collections.abc import Mapping

from event_contracts.people import Language

from identity_service.pages.texts.en import TEXTS as EN
from identity_service.pages.texts.fr import TEXTS as FR
from identity_service.pages.texts.nl import TEXTS as NL

TEXTS: Mapping[Language, Mapping[str, str]] = {Language.FR: FR, Language.NL: NL, Language.EN: EN}
