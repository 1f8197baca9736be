"""The pages' texts: one table per language, all with the same keys; `{name}` marks what is filled in."""

from collections.abc import Mapping
from types import MappingProxyType

from event_contracts.people import Language

from identity_service.pages.texts.en import account as en_account
from identity_service.pages.texts.en import entry as en_entry
from identity_service.pages.texts.en import problems as en_problems
from identity_service.pages.texts.fr import account as fr_account
from identity_service.pages.texts.fr import entry as fr_entry
from identity_service.pages.texts.fr import problems as fr_problems
from identity_service.pages.texts.nl import account as nl_account
from identity_service.pages.texts.nl import entry as nl_entry
from identity_service.pages.texts.nl import problems as nl_problems
from identity_service.pages.texts.typography import typeset


def _table(language: Language, *groups: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType({key: typeset(text, language) for group in groups for key, text in group.items()})


TEXTS: Mapping[Language, Mapping[str, str]] = MappingProxyType(
    {
        Language.FR: _table(Language.FR, fr_entry.TEXTS, fr_account.TEXTS),
        Language.NL: _table(Language.NL, nl_entry.TEXTS, nl_account.TEXTS),
        Language.EN: _table(Language.EN, en_entry.TEXTS, en_account.TEXTS),
    }
)

# A table of their own: a refusal's code is chosen by the rule that refuses, and may be the name of a text.
PROBLEMS: Mapping[Language, Mapping[str, str]] = MappingProxyType(
    {
        Language.FR: _table(Language.FR, fr_problems.TEXTS),
        Language.NL: _table(Language.NL, nl_problems.TEXTS),
        Language.EN: _table(Language.EN, en_problems.TEXTS),
    }
)
