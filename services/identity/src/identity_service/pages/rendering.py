"""Turning a template and a language into an answer that runs no script, loads nothing foreign and is cached nowhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode

from event_contracts.people import Language
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from service_kit.errors import DomainError
from service_kit.http.problems import STATUS_OF_KIND

from identity_service.pages.language import asked_language, choose_language
from identity_service.pages.words import Words

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept-Language, Cookie",
}
# What of an address stays in it when only the language changes.
_KEPT_IN_ADDRESS = ("challenge",)


@dataclass(frozen=True)
class Page:
    """One answer: template, what it shows, and the language of the person it is for, when known.

    `signed_in` is the user name of whoever owns the page; `says` are the results (`?done=`) it may report.
    """

    template: str
    values: Mapping[str, Any]
    person: Language | None = None
    status: int = 200
    signed_in: str | None = None
    says: Sequence[str] = ()


class Renderer:
    """Jinja2 with everything escaped; a name that a template forgets to get is an error, not an empty space."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=PackageLoader("identity_service.pages"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def answer(self, request: Request, page: Page) -> HTMLResponse:
        """The page in the language of its reader."""
        language = language_of(request, page.person)
        shown = {"problems": [], **_frame(request, page, language), **page.values}
        return HTMLResponse(self._environment.get_template(page.template).render(shown), page.status, dict(HEADERS))


def _frame(request: Request, page: Page, language: Language) -> dict[str, Any]:
    """What every template is given."""
    words = Words(language, request.app.state.deps.zone)
    kept = {name: value for name, value in request.query_params.items() if name in _KEPT_IN_ADDRESS}
    # Whoever is signed in has a language of their own; it is carried along only while another one is asked for.
    carries = asked_language(request.query_params.get("lang")) or (page.person if page.signed_in is None else None)

    def link(path: str, **query: str) -> str:
        return address(path, **query, **({"lang": language.value} if carries else {}))

    done = request.query_params.get("done")
    return {
        "t": words.text,
        "n": words.counted,
        "when": words.when,
        "moment": words.moment,
        "day": words.day,
        "zone": words.zone,
        "problem": words.problem,
        "lang": language.value,
        "languages": [(each.value, address(request.url.path, **kept, lang=each.value)) for each in Language],
        "link": link,
        "signed_in": page.signed_in,
        "done": f"done_{done}" if done in page.says else None,
    }


def address(path: str, **query: str) -> str:
    """A path of ours with what belongs behind its question mark."""
    return f"{path}?{urlencode(query)}" if query else path


def language_of(request: Request, person: Language | None = None) -> Language:
    """The language this request is answered in."""
    return choose_language(request.query_params.get("lang"), person, request.headers.get("accept-language"))


def problems_of(error: DomainError | None) -> list[dict[str, str]]:
    """A refusal as the error summary lists it: text key and field."""
    if error is None:
        return []
    if error.fields:
        return [{"code": field.code, "field": field.field} for field in error.fields]
    return [{"code": error.code, "field": ""}]


def status_of(error: DomainError | None) -> int:
    """The refusal's status, the same as for programs."""
    return STATUS_OF_KIND[error.kind] if error else 200


def asset(name: str) -> bytes:
    """One of the files that pages load, all from here."""
    return files("identity_service.pages").joinpath("static", name).read_bytes()


RENDERER = Renderer()
