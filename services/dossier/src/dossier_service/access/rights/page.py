"""What the rights page shows: the tree, advisers and the company's contacts, with or without a right (A15)."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from event_contracts.people import Language
from service_kit.http.etags import etag_of

from dossier_service.access.domain import RightsDetail, Standing, rights_detail
from dossier_service.access.rights.repository import RightsRow
from dossier_service.access.rights.schemas import GrantView
from dossier_service.dossiers.people.domain import TREE_ROLES, AdviserKind, EnteredBy, PersonRole, Relationship
from dossier_service.edge.fields import Output
from dossier_service.firms.branches.schemas import BranchRef


class PersonRights(Output):
    """Somebody of the tree, with or without a right. A holder lets in whom staff or a holder entered (A2)."""

    id: UUID
    role: PersonRole
    relationship: Relationship | None
    related_to: UUID | None
    given_name: str
    family_name: str
    language: Language
    email: str | None
    phone: str | None
    entered_by: EnteredBy
    deceased_on: date | None
    etag: str
    grant: GrantView | None

    @classmethod
    def of(cls, row: RightsRow, standing: Standing) -> "PersonRights":
        email, phone = _contact_data(row, standing)
        return cls(
            id=row.person_id,
            role=row.role,
            relationship=row.relationship,
            related_to=row.related_to,
            given_name=row.given_name,
            family_name=row.family_name,
            language=row.language,
            email=email,
            phone=phone,
            entered_by=row.entered_by,
            deceased_on=row.deceased_on,
            etag=etag_of(row.person_version),
            grant=_grant(row, standing),
        )


class AdviserRights(Output):
    """A registered adviser, with or without a right (A6)."""

    id: UUID
    kind: AdviserKind
    given_name: str
    family_name: str
    organisation: str | None
    language: Language
    email: str | None
    phone: str | None
    etag: str
    grant: GrantView | None

    @classmethod
    def of(cls, row: RightsRow, standing: Standing) -> "AdviserRights":
        email, phone = _contact_data(row, standing)
        return cls(
            id=row.person_id,
            kind=row.adviser_kind,
            given_name=row.given_name,
            family_name=row.family_name,
            organisation=row.organisation,
            language=row.language,
            email=email,
            phone=phone,
            etag=etag_of(row.person_version),
            grant=_grant(row, standing),
        )


class ContactRights(Output):
    """A contact of the client company, with or without a right; `networks` and `branch` limit it (A9, K2)."""

    contact_id: UUID
    person_id: UUID | None
    name: str
    title: str | None
    department: str | None
    language: Language | None
    email: str | None
    phone: str | None
    networks: tuple[str, ...]
    branch: BranchRef | None
    grant: GrantView | None

    @classmethod
    def of(cls, row: RightsRow, standing: Standing) -> "ContactRights":
        email, phone = _contact_data(row, standing)
        limited = rights_detail(standing, PersonRole.CLIENT) is RightsDetail.ALL and row.grant_id is not None
        branch = BranchRef(id=row.branch_id, name=row.branch_name) if limited and row.branch_id else None
        return cls(
            contact_id=row.contact_id,
            person_id=row.person_id,
            name=row.contact_name,
            title=row.contact_title,
            department=row.contact_department,
            language=row.language,
            email=email,
            phone=phone,
            networks=tuple(row.networks) if limited else (),
            branch=branch,
            grant=_grant(row, standing),
        )


class RightsPage(Output):
    """Who can open this dossier, who could, and who was asked to (A15).

    Contacts of the company who were never let in are the firm's list: holders are not shown them (A12).
    """

    dossier_id: UUID
    people: tuple[PersonRights, ...]
    advisers: tuple[AdviserRights, ...]
    contacts: tuple[ContactRights, ...]

    @classmethod
    def of(cls, dossier_id: UUID, rows: Sequence[RightsRow], standing: Standing) -> "RightsPage":
        return cls(
            dossier_id=dossier_id,
            people=tuple(PersonRights.of(row, standing) for row in rows if row.role in TREE_ROLES),
            advisers=tuple(AdviserRights.of(row, standing) for row in rows if row.role == PersonRole.ADVISER),
            contacts=tuple(
                ContactRights.of(row, standing)
                for row in rows
                if row.role == PersonRole.CLIENT and (standing.is_staff or row.grant_id is not None)
            ),
        )


def _grant(row: RightsRow, standing: Standing) -> GrantView | None:
    return GrantView.seen_by(standing, row) if row.grant_id is not None else None


def _contact_data(row: RightsRow, standing: Standing) -> tuple[str | None, str | None]:
    hidden = rights_detail(standing, PersonRole(row.role)) is RightsDetail.OUTLINE
    return (None, None) if hidden else (row.email, row.phone)
