"""What the publications area takes and gives over HTTP."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from pydantic import Field

from dossier_service.dossiers.people.domain import PersonRole
from dossier_service.edge.fields import Address, Input, Note, Output
from dossier_service.plans.publications.domain import MOST_RECIPIENTS, Reader
from dossier_service.plans.publications.repository import Publication, Recipient
from dossier_service.plans.publications.service import Chosen, Published, Wish
from dossier_service.sending.domain import SkipReason
from dossier_service.sending.schemas import SkippedOut


class ChosenIn(Input):
    """Somebody to publish to, by their grant, and the address that was checked with them (P2)."""

    grant_id: UUID
    email: Address


class PublicationIn(Input):
    """What to publish to whom: the newest version unless one is named. `again` mails those who had it before too."""

    recipients: tuple[ChosenIn, ...] = Field(max_length=MOST_RECIPIENTS)
    version: int | None = Field(default=None, ge=1, le=2**31 - 1)
    custom_text: Note | None = None
    again: bool = False

    def wish(self) -> Wish:
        chosen = tuple(Chosen(one.grant_id, one.email) for one in self.recipients)
        return Wish(chosen, self.version, self.custom_text or None, self.again)


class RecipientOut(Output):
    """Somebody the version was published to; `told`: a mail goes out, else it is there for them when they join."""

    grant_id: UUID
    person_id: UUID
    name: str
    role: PersonRole
    told: bool

    @classmethod
    def of(cls, one: Recipient) -> "RecipientOut":
        return cls(grant_id=one.grant_id, person_id=one.person_id, name=one.name, role=one.role, told=one.told)


class PublicationOut(Output):
    """One act of publishing."""

    id: UUID
    version: int
    title: str
    published_at: datetime
    published_by: str
    recipients: tuple[RecipientOut, ...]

    @classmethod
    def of(cls, one: Publication) -> "PublicationOut":
        return cls(
            id=one.id,
            version=one.version,
            title=one.title,
            published_at=one.published_at,
            published_by=one.published_by,
            recipients=tuple(map(RecipientOut.of, one.recipients)),
        )


class PublishedOut(PublicationOut):
    """What came of the call. `had_it_before`: grants of those who had this version, and were not told again.

    When that is everybody nothing new was published, and this is the newest publication that reached them.
    """

    had_it_before: tuple[UUID, ...]

    @classmethod
    def after(cls, published: Published) -> "PublishedOut":
        shown = PublicationOut.of(published.publication)
        before = tuple(reader.grant_id for reader in published.distribution.already)
        return cls(**dict(shown), had_it_before=before)


def skipped(published: Published) -> Iterator[SkippedOut]:
    """Who is chosen and gets no mail, and why (P2, M3)."""
    for reader in published.distribution.not_joined:
        yield _skipped(reader, SkipReason.NOT_JOINED)
    for reader in published.distribution.already:
        yield _skipped(reader, SkipReason.HAD_IT_BEFORE)


def _skipped(reader: Reader, reason: SkipReason) -> SkippedOut:
    return SkippedOut(name=reader.name, role=reader.role, reason=reason)
