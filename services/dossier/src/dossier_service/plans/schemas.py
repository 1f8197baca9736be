"""What the plans area takes and gives over HTTP."""

from datetime import datetime
from typing import Any
from uuid import UUID

from service_kit.http.etags import etag_of

from dossier_service.access.domain import Standing
from dossier_service.edge.fields import Input, Output, Title
from dossier_service.plans.domain import Difference, DifferenceKind
from dossier_service.plans.repository import PlanLine, Shown
from dossier_service.plans.service import Compared, Draft


class PlanIn(Input):
    """A plan as it is to be: any JSON object, and the branch it belongs to, if to one."""

    title: Title
    content: dict[str, Any]
    branch_id: UUID | None = None

    def draft(self) -> Draft:
        return Draft(self.title, self.content, self.branch_id)


class PlanItem(Output):
    """A plan in a list: the newest version that the caller reads. `waiting_changes` is for staff."""

    id: UUID
    title: str
    version: int
    branch_id: UUID | None
    written_at: datetime
    published_at: datetime | None
    waiting_changes: int | None
    etag: str

    @classmethod
    def of(cls, line: PlanLine, standing: Standing) -> "PlanItem":
        return cls(
            id=line.id,
            title=line.title,
            version=line.version,
            branch_id=line.branch_id,
            written_at=line.written_at,
            published_at=line.published_at,
            waiting_changes=line.waiting if standing.is_staff else None,
            etag=etag_of(line.version),
        )


class VersionOut(Output):
    """One version of a plan. Who wrote it, and of which change it was made, is for staff."""

    version: int
    title: str
    written_at: datetime
    written_by: str | None
    change_id: UUID | None
    published_at: datetime | None

    @classmethod
    def of(cls, shown: Shown, standing: Standing) -> "VersionOut":
        return cls(
            version=shown.version,
            title=shown.title,
            written_at=shown.written_at,
            written_by=shown.written_by if standing.is_staff else None,
            change_id=shown.change_id if standing.is_staff else None,
            published_at=shown.published_at,
        )


class PlanOut(VersionOut):
    """A version with its content, and the ETag that an edit of it must name."""

    id: UUID
    branch_id: UUID | None
    created_at: datetime
    content: dict[str, Any]
    etag: str

    @classmethod
    def of(cls, shown: Shown, standing: Standing) -> "PlanOut":
        version = VersionOut.of(shown, standing)
        return cls(
            **version.model_dump(),
            id=shown.id,
            branch_id=shown.branch_id,
            created_at=shown.created_at,
            content=shown.content or {},
            etag=etag_of(shown.version),
        )


class DifferenceOut(Output):
    """One place where two contents differ: JSON Pointer, the same in words, and the values that are there."""

    path: str
    label: str
    kind: DifferenceKind
    before: Any
    after: Any

    @classmethod
    def of(cls, difference: Difference) -> "DifferenceOut":
        return cls(
            path=difference.path,
            label=difference.label,
            kind=difference.kind,
            before=difference.before,
            after=difference.after,
        )


class ComparedOut(Output):
    """Two versions, their titles, and where their contents differ."""

    before: int
    after: int
    title_before: str
    title_after: str
    difference: tuple[DifferenceOut, ...]

    @classmethod
    def of(cls, compared: Compared) -> "ComparedOut":
        return cls(
            before=compared.before.version,
            after=compared.after.version,
            title_before=compared.before.title,
            title_after=compared.after.title,
            difference=tuple(map(DifferenceOut.of, compared.differences)),
        )
