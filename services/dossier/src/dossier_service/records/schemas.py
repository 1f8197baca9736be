"""What all records take and give over HTTP: content that obeys the law, an ETag, a history; money and branches."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field, ValidationError, field_serializer, model_validator
from service_kit.errors import FieldError
from service_kit.http.etags import etag_of
from service_kit.http.pages import Page, PageRequest, page_of
from service_kit.http.problems import field_error

from dossier_service.access.domain import Party, Standing
from dossier_service.edge.fields import Input, Output
from dossier_service.records.domain import Change, Money, money, why_no_money
from dossier_service.records.service import Draft
from dossier_service.records.tables import Record, RecordVersion

LAST_VERSION = 2**31 - 1


def obey(model: str, errors: Iterable[FieldError]) -> None:
    """For a validator of an input model: raises what the domain found wrong, each at its own field."""
    found = tuple(errors)
    if found:
        raise ValidationError.from_exception_data(
            model,
            [
                {"type": field_error(one.code, one.detail, one.rule), "loc": tuple(one.field.split(".")), "input": None}
                for one in found
            ],
        )


def _both_needed(schema: dict[str, Any]) -> None:
    """The domain, not the schema, refuses an amount without a currency, so that the answer names the rule."""
    schema["properties"]["currency"] = {"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217"}
    schema["required"] = ["amount", "currency"]


class MoneyIn(Input):
    """An amount, best sent as text, in a currency of ISO 4217 and with no more digits than that currency has (A7)."""

    model_config = ConfigDict(json_schema_extra=_both_needed)

    amount: Decimal
    currency: Annotated[str | None, Field(max_length=20)] = None

    @model_validator(mode="after")
    def _lawful(self) -> Self:
        obey("Money", why_no_money(self.amount, self.currency))
        return self

    @field_serializer("amount")
    def _spelled(self, _amount: Decimal) -> str:
        return str(self.money.amount)

    @property
    def money(self) -> Money:
        assert self.currency is not None  # the validator has seen to it
        return money(self.amount, self.currency)


class MoneyOut(Output):
    """An exact amount, as text, and its currency."""

    amount: Decimal
    currency: str

    @classmethod
    def of(cls, value: Money) -> Self:
        return cls(amount=value.amount, currency=value.currency)


class ContentIn(Input):
    """Base of what is sent of a record; `wrong` is what the law says to it, apart from the dossier it is for."""

    @model_validator(mode="after")
    def _lawful(self) -> Self:
        obey(type(self).__name__, self.wrong())
        return self

    def wrong(self) -> tuple[FieldError, ...]:
        return ()

    def people(self) -> tuple[tuple[str, UUID], ...]:
        """Whom of the tree the record names, by field."""
        return ()

    def key(self) -> str | None:
        """What no other record of the kind may share in the dossier."""
        return None

    def branch(self) -> UUID | None:
        """The office of the firm that the record is to belong to (A9)."""
        return None

    def draft(self) -> Draft:
        return Draft(self.model_dump(mode="json"), self.people(), self.branch(), self.key())


class RecordOut(Output):
    """Base of what is shown of a record: what every kind has, with the ETag that an edit must name."""

    id: UUID
    created_at: datetime
    changed_at: datetime
    etag: str

    @classmethod
    def of(cls, record: Record, **computed: object) -> Self:
        """What was lawful when it was written is shown as it is: the lists of the law may have changed since."""
        return cls.model_validate(
            {
                **record.content,
                "id": record.id,
                "created_at": record.created_at,
                "changed_at": record.changed_at,
                "etag": etag_of(record.version),
                **computed,
            }
        )


class VersionOut(Output):
    """A record as somebody left it; which account that was is shown to staff only."""

    version: int
    at: datetime
    change: Change
    party: Party | None
    account_id: UUID | None
    content: dict[str, Any]


def version_before(page: PageRequest) -> int | None:
    """The version a history continues before."""
    after = page.after(_version)
    return after[0] if after else None


def _version(value: object) -> int:
    """A version in a cursor, which anybody may have written."""
    version = int(str(value))
    if not 1 <= version <= LAST_VERSION:
        raise ValueError("no version has this number")
    return version


def versions_page(standing: Standing, versions: Sequence[RecordVersion], limit: int) -> Page[VersionOut]:
    """A page of a history for somebody."""

    def shown(version: RecordVersion) -> VersionOut:
        return VersionOut(
            version=version.version,
            at=version.at,
            change=version.change,
            party=version.party,
            account_id=version.account_id if standing.is_staff else None,
            content=version.content,
        )

    return page_of(versions, limit, key=lambda version: (version.version,), item=shown)
