"""What the changes area takes and gives over HTTP."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator
from service_kit.http.etags import etag_of
from service_kit.http.problems import field_error

from dossier_service.dossiers.people.domain import PersonRole
from dossier_service.edge.fields import Input, Note, Output, Reason
from dossier_service.plans.changes.domain import MOST_OPERATIONS, ChangeKind, ChangeState, Clash
from dossier_service.plans.changes.repository import Change
from dossier_service.plans.changes.service import ChangeView, Submission
from dossier_service.plans.domain import RULE
from dossier_service.plans.schemas import DifferenceOut

Pointer = Annotated[str, Field(max_length=2000, pattern=r"^(/([^~]|~[01])*)?$")]
"""A JSON Pointer (RFC 6901): empty, or segments that each begin with a slash."""
_VALUE, _FROM = frozenset({"add", "replace", "test"}), frozenset({"move", "copy"})


class Operation(Input):
    """One operation: `add`, `replace` and `test` have a `value`, `move` and `copy` a `from`."""

    op: Literal["add", "remove", "replace", "move", "copy", "test"]
    path: Pointer
    source: Pointer | None = Field(default=None, alias="from")
    value: Any = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for name, present, needing in (
            ("from", self.source is not None, _FROM),
            ("value", "value" in self.model_fields_set, _VALUE),
        ):
            if present is not (self.op in needing):
                word = "needs a" if self.op in needing else "has no"
                raise field_error("operation_malformed", f"{self.op} {word} member {name}.", RULE)
        return self

    def plain(self) -> dict[str, Any]:
        return self.model_dump(by_alias=True, exclude_unset=True)


class ChangeIn(Input):
    """A change to one version, in either form: `merge_patch` (RFC 7396: what is to be different, `null` for what is
    to go) or `json_patch` (RFC 6902: operations, one after the other). `comment` is a word to the manager.
    """

    base_version: int = Field(ge=1, le=2**31 - 1)
    merge_patch: dict[str, Any] | None = None
    json_patch: tuple[Operation, ...] | None = Field(default=None, max_length=MOST_OPERATIONS)
    comment: Note | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if (self.merge_patch is None) is (self.json_patch is None):
            raise field_error("one_patch", "Send either merge_patch or json_patch.", RULE)
        return self

    def submission(self) -> Submission:
        if self.json_patch is None:
            return Submission(self.base_version, ChangeKind.MERGE_PATCH, self.merge_patch, self.comment or None)
        operations = [operation.plain() for operation in self.json_patch]
        return Submission(self.base_version, ChangeKind.JSON_PATCH, operations, self.comment or None)


class RejectionIn(Input):
    """Why the plan stays as it is; who submitted the change reads it (P3)."""

    reason: Reason


class SubmitterOut(Output):
    """Who submitted a change."""

    person_id: UUID
    name: str
    role: PersonRole


class ChangeItem(Output):
    """A change in a list."""

    id: UUID
    plan_id: UUID
    base_version: int
    kind: ChangeKind
    comment: str | None
    state: ChangeState
    submitted_at: datetime
    submitted_by: SubmitterOut
    settled_at: datetime | None
    settled_by: str | None
    reason: str | None
    applied_version: int | None

    @classmethod
    def of(cls, change: Change) -> "ChangeItem":
        return cls(
            id=change.id,
            plan_id=change.plan_id,
            base_version=change.base_version,
            kind=change.kind,
            comment=change.comment,
            state=change.state,
            submitted_at=change.submitted_at,
            submitted_by=SubmitterOut(person_id=change.person_id, name=change.person_name, role=change.role),
            settled_at=change.settled_at,
            settled_by=change.settled_by,
            reason=change.reason,
            applied_version=change.applied_version,
        )


class ClashOut(Output):
    """A place that the plan changed otherwise since the change's version."""

    path: str
    label: str

    @classmethod
    def of(cls, clash: Clash) -> "ClashOut":
        return cls(path=clash.path, label=clash.label)


class ChangeOut(ChangeItem):
    """A change in full: what it does to its version, in words and as JSON Pointers.

    For staff: `newest_version` of the plan with the ETag that applying must name, and `clashes`, for which a change
    cannot be applied.
    """

    patch: Any
    difference: tuple[DifferenceOut, ...]
    newest_version: int | None
    plan_etag: str | None
    clashes: tuple[ClashOut, ...] | None

    @classmethod
    def shown(cls, view: ChangeView) -> "ChangeOut":
        return cls(
            **dict(ChangeItem.of(view.change)),
            patch=view.change.patch,
            difference=tuple(map(DifferenceOut.of, view.differences)),
            newest_version=view.newest,
            plan_etag=etag_of(view.newest) if view.newest is not None else None,
            clashes=tuple(map(ClashOut.of, view.clashes)) if view.clashes is not None else None,
        )
