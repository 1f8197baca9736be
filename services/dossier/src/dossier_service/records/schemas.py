"""What the records area takes and gives over HTTP."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field
from service_kit.http.etags import etag_of

from dossier_service.dossiers.people.schemas import PersonOut
from dossier_service.edge.fields import Input, Note, Output, Title
from dossier_service.records.domain import AssetKind, MaritalStatus, MatrimonialRegime
from dossier_service.records.service import AssetContent, Family
from dossier_service.records.tables import Asset

_CENT = Decimal("0.01")

Amount = Annotated[Decimal, Field(ge=0, max_digits=16, decimal_places=2)]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]


class FamilyStructureIn(Input):
    """What is noted about the family; it replaces what was noted before."""

    marital_status: MaritalStatus | None = None
    matrimonial_regime: MatrimonialRegime | None = None
    note: Note = ""


class FamilyStructureOut(Output):
    """The tree, and what is noted beside it."""

    people: tuple[PersonOut, ...]
    marital_status: MaritalStatus | None
    matrimonial_regime: MatrimonialRegime | None
    note: str
    etag: str

    @classmethod
    def of(cls, family: Family) -> "FamilyStructureOut":
        return cls(
            people=tuple(PersonOut.of(person, with_contact=family.for_staff) for person in family.people),
            marital_status=family.marital_status,
            matrimonial_regime=family.matrimonial_regime,
            note=family.note,
            etag=etag_of(family.version),
        )


class AssetIn(Input):
    """An asset; its owner is somebody of the tree, or nobody in particular."""

    kind: AssetKind
    description: Title
    amount: Amount
    currency: Currency = "EUR"
    owner_id: UUID | None = None

    def content(self) -> AssetContent:
        return AssetContent(self.kind, self.description, self.amount.quantize(_CENT), self.currency, self.owner_id)


class AssetOut(Output):
    """An asset, with the ETag that an edit must name."""

    id: UUID
    kind: AssetKind
    description: str
    amount: Decimal
    currency: str
    owner_id: UUID | None
    etag: str

    @classmethod
    def of(cls, asset: Asset) -> "AssetOut":
        return cls(
            id=asset.id,
            kind=asset.kind,
            description=asset.description,
            amount=asset.amount,
            currency=asset.currency,
            owner_id=asset.owner_id,
            etag=etag_of(asset.version),
        )
