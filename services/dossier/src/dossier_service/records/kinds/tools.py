"""Simulations and reports: what was worked out with which tool, from which parameters, for which branch (A7, A9)."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from service_kit.errors import FieldError
from service_kit.http.pages import Page

from dossier_service.access.domain import Action, Section
from dossier_service.edge.fields import Title
from dossier_service.records.domain import KindName, why_not_kept
from dossier_service.records.kinds.collection import Collection
from dossier_service.records.schemas import ContentIn, RecordOut
from dossier_service.records.service import RecordKind

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]


class ToolUseIn(ContentIn):
    """What went into a tool and, once there is one, its result; `branch_id` is the office it belongs to."""

    title: Title
    tool: Slug
    parameters: dict[str, Any] = Field(default_factory=dict)
    result: dict[str, Any] | None = None
    branch_id: UUID | None = None

    def wrong(self) -> tuple[FieldError, ...]:
        wrong = why_not_kept(self.parameters, field="parameters")
        return wrong + (why_not_kept(self.result, field="result") if self.result is not None else ())

    def branch(self) -> UUID | None:
        return self.branch_id


class SimulationIn(ToolUseIn):
    """A simulation."""


class ReportIn(ToolUseIn):
    """A report."""


class ToolUseOut(RecordOut):
    title: str
    tool: str
    parameters: dict[str, Any]
    result: dict[str, Any] | None
    branch_id: UUID | None


class SimulationOut(ToolUseOut):
    """A simulation as it was written."""


class ReportOut(ToolUseOut):
    """A report as it was written."""


SIMULATION = RecordKind(KindName.SIMULATION, Section.SIMULATIONS, adding=Action.CREATE)
REPORT = RecordKind(KindName.REPORT, Section.REPORTS, adding=Action.CREATE)
SIMULATIONS = Collection(
    SIMULATION, "/simulations/simulations", SimulationIn, SimulationOut, Page[SimulationOut], "/simulations"
)
REPORTS = Collection(REPORT, "/reports/reports", ReportIn, ReportOut, Page[ReportOut], "/reports")
