"""Renders a message when it is sent: one wording per language, laid out twice, so that text and HTML say the same."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from event_contracts.people import Language
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from notifier_service.firms.domain import PLAIN_LOOK, Look, readable_colour, shown_size
from notifier_service.messages.domain import Template
from notifier_service.templates.parameters import AnyParameters
from notifier_service.templates.values import Links, Setting, values_of

__all__ = ["LOGO_ID", "Content", "Links", "Renderer"]

# Names the logo's part of the mail, which the HTML shows (RFC 2392); there is one per mail.
LOGO_ID = "logo@dossier-access"
_FOLDER = Path(__file__).parent
_SHORT = frozenset({Template.SIGN_IN_CODE, Template.PHONE_CODE})
# The longest subject that mail readers show in part; a firm's name may be longer than any sensible line.
_LONGEST_SUBJECT = 200


@dataclass(frozen=True, slots=True)
class Content:
    """What goes out. An SMS has no HTML, and its subject is only for gateways that need one."""

    subject: str
    text: str
    html: str | None = None


class Renderer:
    """Holds the compiled templates; rendering is pure and takes a millisecond or two."""

    def __init__(self, links: Links, zone: ZoneInfo) -> None:
        self._links = links
        self._zone = zone
        self._text = _environment("text", ())
        self._html = _environment("html", ("j2",))

    def render(
        self,
        template: Template,
        language: Language,
        parameters: AnyParameters,
        *,
        secret: str | None,
        created_at: datetime,
        look: Look = PLAIN_LOOK,
        logo_source: str = f"cid:{LOGO_ID}",
    ) -> Content:
        """Subject, text and, for mails, HTML. `secret` is the opened link or code; it appears nowhere else."""
        setting = Setting(language, self._zone, self._links, secret, created_at)
        values = {**values_of(parameters, setting), **_dress(look, logo_source)}
        values["items"] = self._items(language, values)
        name = f"{language}/{template}.j2"
        if template in _SHORT:
            return Content("SMS", self._text.get_template(name).render(values))
        return Content(
            self._subject(name, language, values),
            _tidy(self._page(self._text, name, language, values)),
            self._page(self._html, name, language, values),
        )

    def _items(self, language: Language, values: Mapping[str, Any]) -> list[str]:
        """What a mail lists, as words: they are escaped where they are laid out, not here."""
        words: Any = self._text.get_template(f"{language}/words.j2").module
        items = [words.item(offer) for offer in values.get("offers", ())]
        return [*items, *(words.line(line, values["firm_name"]) for line in values.get("lines", ()))]

    def _subject(self, name: str, language: Language, values: Mapping[str, Any]) -> str:
        template = self._text.get_template(name)
        context = template.new_context({**values, **_helpers(self._text, language, values)})
        subject = _one_line("".join(template.blocks["subject"](context)))
        return subject if len(subject) <= _LONGEST_SUBJECT else subject[: _LONGEST_SUBJECT - 1] + "…"

    def _page(self, environment: Environment, name: str, language: Language, values: Mapping[str, Any]) -> str:
        helpers = _helpers(environment, language, values)
        return environment.get_template(name).render({**values, **helpers})


def _dress(look: Look, logo_source: str) -> dict[str, Any]:
    logo = None
    if look.logo is not None:
        width, height = shown_size(look.logo)
        logo = {"source": logo_source, "width": width, "height": height}
    return {"colour": readable_colour(look.colour), "logo": logo, "reply_to": look.reply_to}


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


def _helpers(environment: Environment, language: Language, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """`ui` lays out, in the mail's colour; `w` has the words that several wordings share."""
    return {
        "ui": environment.get_template("parts.j2").make_module({"colour": values["colour"]}),
        "w": environment.get_template(f"{language}/words.j2").module,
    }


def _one_line(text: str) -> str:
    """Without line breaks; French puts a space that must stay one before its colons."""
    return re.sub(r"[^\S\xa0]+", " ", text).strip()


def _tidy(text: str) -> str:
    """At most one empty line in a row, none at either end."""
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
