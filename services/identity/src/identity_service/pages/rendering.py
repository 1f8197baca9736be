"""Turning a template and a language into an answer that runs no script, loads nothing foreign and is cached nowhere."""

from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from event_contracts.people import Language
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from service_kit.errors import DomainError
from service_kit.http.problems import STATUS_OF_KIND

from identity_service.pages.language import choose_language
from identity_service.pages.texts import TEXTS

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept-Language, Cookie",
}


@dataclass(frozen=True)
class Page:
    """One answer: template, what it shows, and the language of the person it is for, when known."""

    template: str
    values: dict[str, Any]
    person: Language | None = None
    status: int = 200


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
        texts = TEXTS[language]

        def t(key: str, **values: str) -> str:
            return texts[key].format(**values)

        html = self._environment.get_template(page.template).render(
            t=t, lang=language.value, languages=[each.value for each in Language], path=request.url.path, **page.values
        )
        return HTMLResponse(html, page.status, dict(_HEADERS))


def language_of(request: Request, person: Language | None = None) -> Language:
    """The language this request is answered in."""
    return choose_language(request.query_params.get("lang"), person, request.headers.get("accept-language"))


def problems_of(error: DomainError) -> list[dict[str, str]]:
    """A refusal as the error summary lists it: text key and field."""
    if error.fields:
        return [{"code": field.code, "field": field.field} for field in error.fields]
    return [{"code": error.code, "field": ""}]


def status_of(error: DomainError) -> int:
    """The refusal's status, the same as for programs."""
    return STATUS_OF_KIND[error.kind]


def stylesheet() -> bytes:
    """The pages' only asset."""
    return files("identity_service.pages").joinpath("static/style.css").read_bytes()
