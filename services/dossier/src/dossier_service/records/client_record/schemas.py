"""What the client record takes and gives over HTTP."""

from datetime import date, datetime
from uuid import UUID

from service_kit.http.etags import etag_of

from dossier_service.clients.schemas import ClientRecordOut, Short
from dossier_service.edge.addresses import Country, PostalAddress, PostalAddressOut
from dossier_service.edge.fields import Address, Input, Name, Note, Output
from dossier_service.records.client_record.service import ClientRecord, Personal, PersonEntry


class PersonRecordIn(Input):
    """What is noted of a person; it replaces what was noted before."""

    birth_date: date | None = None
    birth_place: Name | None = None
    nationality: Country | None = None
    postal_address: PostalAddress | None = None
    mobile: Address | None = None
    profession: Short | None = None
    note: Note = ""

    def personal(self) -> Personal:
        return Personal(
            birth_date=self.birth_date,
            birth_place=self.birth_place,
            nationality=self.nationality,
            postal_address=self.postal_address.model_dump() if self.postal_address else None,
            mobile=self.mobile,
            profession=self.profession,
            note=self.note,
        )


class PersonRecordOut(Output):
    """Somebody of the tree and what is noted of them; `changed_at` is empty while nothing is."""

    person_id: UUID
    given_name: str
    family_name: str
    birth_date: date | None = None
    birth_place: str | None = None
    nationality: str | None = None
    postal_address: PostalAddressOut | None = None
    mobile: str | None = None
    profession: str | None = None
    note: str = ""
    changed_at: datetime | None = None
    etag: str

    @classmethod
    def of(cls, entry: PersonEntry) -> "PersonRecordOut":
        person, record = entry.person, entry.record
        noted = {name: getattr(record, name) for name in _NOTED} if record else {}
        return cls(
            person_id=person.id,
            given_name=person.given_name,
            family_name=person.family_name,
            etag=etag_of(record.version if record else 0),
            **noted,
        )


_NOTED = (*PersonRecordIn.model_fields, "changed_at")


class ClientRecordSection(Output):
    """The section as far as it is the caller's; no client when the client's own record is not."""

    client: ClientRecordOut | None
    people: tuple[PersonRecordOut, ...]

    @classmethod
    def of(cls, record: ClientRecord) -> "ClientRecordSection":
        client = record.client
        return cls(
            client=ClientRecordOut.of(client, for_staff=record.for_staff) if client else None,
            people=tuple(PersonRecordOut.of(entry) for entry in record.people),
        )
