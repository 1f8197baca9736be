"""The gift inventory: who of the tree gave what to whom, and when (A7)."""

import datetime
from uuid import UUID

from pydantic import Field
from service_kit.errors import FieldError
from service_kit.http.pages import Page

from dossier_service.access.domain import Section
from dossier_service.edge.fields import Note
from dossier_service.records.domain import GiftKind, KindName, why_no_gift
from dossier_service.records.kinds.collection import Collection
from dossier_service.records.schemas import ContentIn, MoneyIn, MoneyOut, RecordOut
from dossier_service.records.service import RecordKind

MOST_DONEES = 50


class GiftIn(ContentIn):
    """A gift from somebody of the tree to others of it."""

    donor_id: UUID
    donee_ids: tuple[UUID, ...] = Field(max_length=MOST_DONEES)
    date: datetime.date
    kind: GiftKind
    value: MoneyIn
    description: Note = ""

    def wrong(self) -> tuple[FieldError, ...]:
        return why_no_gift(self.donor_id, self.donee_ids)

    def people(self) -> tuple[tuple[str, UUID], ...]:
        donees = tuple((f"donee_ids.{place}", donee) for place, donee in enumerate(self.donee_ids))
        return (("donor_id", self.donor_id), *donees)


class GiftOut(RecordOut):
    """A gift; those it names may have left the tree since."""

    donor_id: UUID
    donee_ids: tuple[UUID, ...]
    date: datetime.date
    kind: GiftKind
    value: MoneyOut
    description: str


GIFT = RecordKind(KindName.GIFT, Section.GIFT_INVENTORY)
GIFTS = Collection(GIFT, "/gift-inventory/gifts", GiftIn, GiftOut, Page[GiftOut], "/gift-inventory")
