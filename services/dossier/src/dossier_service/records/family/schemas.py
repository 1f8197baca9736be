"""What the family structure takes and gives over HTTP."""

from service_kit.http.etags import etag_of

from dossier_service.dossiers.people.schemas import PersonOut
from dossier_service.edge.fields import Input, Note, Output
from dossier_service.records.domain import MaritalStatus, MatrimonialRegime
from dossier_service.records.family.service import Family, Notes


class FamilyStructureIn(Input):
    """What is noted about the family; it replaces what was noted before."""

    marital_status: MaritalStatus | None = None
    matrimonial_regime: MatrimonialRegime | None = None
    note: Note = ""

    def notes(self) -> Notes:
        return Notes(self.marital_status, self.matrimonial_regime, self.note)


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
            marital_status=family.notes.marital_status,
            matrimonial_regime=family.notes.matrimonial_regime,
            note=family.notes.note,
            etag=etag_of(family.version),
        )
