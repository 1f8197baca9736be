"""From a message's parameters to the values its wording uses: names joined, dates in words, links made. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from event_contracts.dossier import ClosedAccess
from event_contracts.firms import NoticeKind
from event_contracts.people import Language

from notifier_service.templates.dates import in_words, time_of_day
from notifier_service.templates.parameters import (
    AccessParameters,
    AnyParameters,
    CodeParameters,
    ContactCodeParameters,
    NoticeLineParameters,
    NoticeParameters,
    PlanParameters,
    ResetParameters,
    SecurityParameters,
    WelcomeParameters,
)

BEYOND_ACCESS = frozenset(
    {
        NoticeKind.CLOSED,
        NoticeKind.REOPENED,
        NoticeKind.HANDED_OVER,
        NoticeKind.CHANGE_SUBMITTED,
        NoticeKind.CHANGE_APPLIED,
        NoticeKind.CHANGE_REJECTED,
    }
)
"""News of a dossier or a plan; all other news is of somebody's access."""


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses of pages under the gateway's base URL."""

    base_url: str

    def invitation(self, secret: str) -> str:
        """The invitation's page: `secret` is the whole link as identity sealed it, or its token."""
        return self._page("invitation", secret)

    def password_reset(self, secret: str) -> str:
        """The page to choose a new password on: the whole link as identity sealed it, or its token."""
        return self._page("password-reset", secret)

    def sign_in(self) -> str:
        return f"{self.base_url.rstrip('/')}/sign-in"

    def _page(self, path: str, secret: str) -> str:
        base = self.base_url.rstrip("/") + "/"
        return secret if secret.startswith(base) else f"{base}{path}/{secret}"


@dataclass(frozen=True, slots=True)
class Setting:
    """What values depend on besides the parameters: who reads, where the pages are, when it was asked for."""

    language: Language
    zone: ZoneInfo
    links: Links
    secret: str | None
    created_at: datetime

    def words(self, moment: datetime) -> str:
        """The moment in words, in the reader's language and with the zone's name."""
        return in_words(moment, self.language, self.zone)


def values_of(parameters: AnyParameters, setting: Setting) -> dict[str, Any]:
    """What the wording of these parameters may use; anything else it names is an error when it is rendered."""
    if isinstance(parameters, CodeParameters):
        return _code(parameters.expires_at, setting)
    values: dict[str, Any] = {
        "language": setting.language.value,
        "firm_name": None,
        "full_name": f"{parameters.given_name} {parameters.family_name}".strip(),
        "sign_in_link": setting.links.sign_in(),
        "created_on": setting.words(setting.created_at),
    }
    return {**values, **_particular(parameters, setting)}


def _particular(
    parameters: AccessParameters
    | NoticeParameters
    | PlanParameters
    | WelcomeParameters
    | ContactCodeParameters
    | ResetParameters
    | SecurityParameters,
    setting: Setting,
) -> dict[str, Any]:
    match parameters:
        case AccessParameters():
            return _access(parameters, setting)
        case NoticeParameters():
            return _notice(parameters, setting)
        case PlanParameters():
            return parameters.model_dump(exclude={"form", "given_name", "family_name"})
        case WelcomeParameters():
            return {"user_name": parameters.user_name}
        case ContactCodeParameters():
            return _code(parameters.expires_at, setting)
        case ResetParameters():
            link = setting.links.password_reset(setting.secret or "")
            expires_on = setting.words(parameters.expires_at)
            return {"user_name": parameters.user_name, "link": link, "expires_on": expires_on}
        case SecurityParameters():
            return {"happened_on": setting.words(parameters.at), "detail": parameters.detail}


def _code(expires_at: datetime, setting: Setting) -> dict[str, Any]:
    return {
        "code": setting.secret,
        "expires_on": setting.words(expires_at),
        "expires_at_time": time_of_day(expires_at, setting.zone),
    }


def _access(parameters: AccessParameters, setting: Setting) -> dict[str, Any]:
    values: dict[str, Any] = {
        "firm_name": parameters.firm_name,
        "user_name": parameters.user_name,
        "granted_by": parameters.granted_by,
        "custom_text": parameters.custom_text,
        "offers": parameters.offers,
    }
    if setting.secret is not None:
        values["link"] = setting.links.invitation(setting.secret)
    if parameters.expires_at is not None:
        values["expires_on"] = setting.words(parameters.expires_at)
    return values


def _notice(parameters: NoticeParameters, setting: Setting) -> dict[str, Any]:
    return {
        "firm_name": parameters.firm_name,
        "lines": [_line(line, setting) for line in parameters.lines],
        "only_access": all(line.kind not in BEYOND_ACCESS for line in parameters.lines),
    }


def _line(line: NoticeLineParameters, setting: Setting) -> Mapping[str, Any]:
    # Who is kept out finds nothing behind the sign-in page.
    kept_out = line.kind is NoticeKind.DEACTIVATED or (
        line.kind is NoticeKind.CLOSED and line.closed_access is ClosedAccess.ENDED
    )
    return {**line.model_dump(exclude={"at"}), "when": setting.words(line.at), "kept_out": kept_out}
