"""Postal addresses as they come in and go out: one-line texts, and a country of ISO 3166."""

from typing import Annotated

from pydantic import AfterValidator, Field
from service_kit.countries import COUNTRIES
from service_kit.http.problems import field_error

from dossier_service.edge.fields import Input, Name, Output, Title, one_line


def _country(typed: str) -> str:
    code = typed.strip().upper()
    if code not in COUNTRIES:
        raise field_error("country_unknown", "This is no country of ISO 3166, such as BE.")
    return code


Country = Annotated[str, Field(max_length=20), AfterValidator(_country)]
PostalCode = Annotated[str, Field(max_length=20), AfterValidator(one_line)]


class PostalAddress(Input):
    """Where post goes."""

    line1: Title
    line2: Title | None = None
    city: Name
    region: Name | None = None
    postal_code: PostalCode
    country: Country


class PostalAddressOut(Output):
    """Where post goes, as it is kept."""

    line1: str
    line2: str | None
    city: str
    region: str | None
    postal_code: str
    country: str
