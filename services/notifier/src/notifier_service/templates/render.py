"""Renders a message when it is sent: one wording per language, laid out twice, so that text and HTML say the same."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from event_contracts.people import Language
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from notifier_service.messages.domain import Template
from notifier_service.templates.dates import in_words, time_of_day
from notifier_service.templates.parameters import AccessParameters, CodeParameters, WelcomeParameters

_FOLDER = Path(__file__).parent
_SHORT = frozenset({Template.SIGN_IN_CODE})
# The longest subject that mail readers show in part; a firm's name may be longer than any sensible line.
_LONGEST_SUBJECT = 200


@dataclass(frozen=True, slots=True)
class Content:
    """What goes out. An SMS has no HTML, and its subject is only for gateways that need one."""

    subject: str
    text: str
    html: str | None = None


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses of pages under the gateway's base URL."""

    base_url: str

    def invitation(self, secret: str) -> str:
        """The invitation's page: `secret` is the whole link as identity sealed it, or its token."""
        if secret.startswith(self.base_url.rstrip("/") + "/"):
            return secret
        return f"{self.base_url.rstrip('/')}/invitation/{secret}"

    def sign_in(self) -> str:
        return f"{self.base_url.rstrip('/')}/sign-in"


class Renderer:
    """Holds the compiled templates; rendering is pure and takes well under a millisecond."""

    def __init__(self, links: Links, zone: ZoneInfo) -> None:
        self._links = links
        self._zone = zone
        self._text = _environment("text", ())
        self._html = _environment("html", ("j2",))

    def render(
        self,
        template: Template,
        language: Language,
        parameters: AccessParameters | WelcomeParameters | CodeParameters,
        *,
        secret: str | None,
        created_at: datetime,
    ) -> Content:
        """Subject, text and, for mails, HTML. `secret` is the opened link or code; it appears nowhere else."""
        values = self._values(language, parameters, secret, created_at)
        name = f"{language}/{template}.j2"
        if template in _SHORT:
            return Content("SMS", self._text.get_template(name).render(values))
        return Content(
            self._subject(name, language, values),
            _tidy(self._page(self._text, name, language, values)),
            self._page(self._html, name, language, values),
        )

    def _subject(self, name: str, language: Language, values: Mapping[str, Any]) -> str:
        template = self._text.get_template(name)
        context = template.new_context({**values, **_helpers(self._text, language)})
        subject = _one_line("".join(template.blocks["subject"](context)))
        return subject if len(subject) <= _LONGEST_SUBJECT else subject[: _LONGEST_SUBJECT - 1] + "…"

    def _page(self, environment: Environment, name: str, language: Language, values: Mapping[str, Any]) -> str:
        return environment.get_template(name).render({**values, **_helpers(environment, language)})

    def _values(
        self,
        language: Language,
        parameters: AccessParameters | WelcomeParameters | CodeParameters,
        secret: str | None,
        created_at: datetime,
    ) -> Mapping[str, Any]:
        if isinstance(parameters, CodeParameters):
            return {"code": secret, "expires_at_time": time_of_day(parameters.expires_at, self._zone)}
        common = {
            "language": language.value,
            "firm_name": None,
            "user_name": parameters.user_name,
            "full_name": f"{parameters.given_name} {parameters.family_name}".strip(),
            "sign_in_link": self._links.sign_in(),
            "created_on": in_words(created_at, language, self._zone),
        }
        if isinstance(parameters, WelcomeParameters):
            return MappingProxyType(common)
        return MappingProxyType({**common, **self._access(language, parameters, secret)})

    def _access(self, language: Language, parameters: AccessParameters, secret: str | None) -> Mapping[str, Any]:
        words = self._text.get_template(f"{language}/words.j2").module
        values: dict[str, Any] = {
            "firm_name": parameters.firm_name,
            "granted_by": parameters.granted_by,
            "custom_text": parameters.custom_text,
            "offers": parameters.offers,
            "items": [str(words.item(offer)) for offer in parameters.offers],  # type: ignore[attr-defined]
        }
        if secret is not None:
            values["link"] = self._links.invitation(secret)
        if parameters.expires_at is not None:
            values["expires_on"] = in_words(parameters.expires_at, language, self._zone)
        return values


def _environment(layout: str, escaped: tuple[str, ...]) -> Environment:
    """The same wording under two layouts: `layout.j2` and `parts.j2` come from the folder of that name.

    Only the HTML one escapes: in a text twin `&amp;` would be shown as it stands.
    """
    environment = Environment(
        loader=FileSystemLoader([_FOLDER / "content", _FOLDER / layout]),
        autoescape=select_autoescape(enabled_extensions=escaped),
        undefined=StrictUndefined,
        trim_blocks=True,
        auto_reload=False,
    )
    environment.filters["one_line"] = _one_line
    return environment


def _helpers(environment: Environment, language: Language) -> Mapping[str, Any]:
    return {
        "ui": environment.get_template("parts.j2").module,
        "w": environment.get_template(f"{language}/words.j2").module,
    }


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _tidy(text: str) -> str:
    """At most one empty line in a row, none at either end."""
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
