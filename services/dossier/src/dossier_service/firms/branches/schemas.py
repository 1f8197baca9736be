"""What the branches area takes and gives over HTTP."""

from datetime import datetime
from uuid import UUID

from service_kit.http.etags import etag_of

from dossier_service.edge.fields import Input, Name, Output
from dossier_service.firms.branches.tables import Branch


class BranchIn(Input):
    """A branch to open, or another name for one."""

    name: Name


class BranchOut(Output):
    """An office of the firm; to a closed one nothing new belongs."""

    id: UUID
    name: str
    closed_at: datetime | None
    etag: str

    @classmethod
    def of(cls, branch: Branch) -> "BranchOut":
        return cls(id=branch.id, name=branch.name, closed_at=branch.closed_at, etag=etag_of(branch.version))


class BranchRef(Output):
    """A branch by name, where something belongs or is limited to it (A9)."""

    id: UUID
    name: str
