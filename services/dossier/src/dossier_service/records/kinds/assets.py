"""The asset inventory: what people of the tree own, in which shares (A7)."""

import datetime
from decimal import Decimal
from uuid import UUID

from pydantic import Field, field_serializer
from service_kit.errors import FieldError
from service_kit.http.pages import Page

from dossier_service.access.domain import Section
from dossier_service.edge.fields import Input, Output, Title
from dossier_service.records.domain import AssetKind, KindName, Share, why_not_owned_so
from dossier_service.records.kinds.collection import Collection
from dossier_service.records.schemas import ContentIn, MoneyIn, MoneyOut, RecordOut
from dossier_service.records.service import RecordKind

MOST_OWNERS = 50


class OwnerIn(Input):
    """Somebody of the tree and what they own of the asset, in percent: more than 0, all together at most 100."""

    person_id: UUID
    share: Decimal

    @field_serializer("share")
    def _spelled(self, share: Decimal) -> str:
        return format(share.normalize(), "f")


class OwnerOut(Output):
    person_id: UUID
    share: Decimal


class AssetIn(ContentIn):
    """An asset. The shares of its owners may leave a part to others; `date` is the day of its value."""

    kind: AssetKind
    description: Title
    value: MoneyIn
    owners: tuple[OwnerIn, ...] = Field(default=(), max_length=MOST_OWNERS)
    date: datetime.date | None = None

    def wrong(self) -> tuple[FieldError, ...]:
        return why_not_owned_so([Share(owner.person_id, owner.share) for owner in self.owners])

    def people(self) -> tuple[tuple[str, UUID], ...]:
        return tuple((f"owners.{place}.person_id", owner.person_id) for place, owner in enumerate(self.owners))


class AssetOut(RecordOut):
    """An asset; an owner may have left the tree since."""

    kind: AssetKind
    description: str
    value: MoneyOut
    owners: tuple[OwnerOut, ...]
    date: datetime.date | None


ASSET = RecordKind(KindName.ASSET, Section.ASSET_INVENTORY)
ASSETS = Collection(ASSET, "/asset-inventory/assets", AssetIn, AssetOut, Page[AssetOut], "/asset-inventory")
