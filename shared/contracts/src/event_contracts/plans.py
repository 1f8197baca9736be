"""What the dossier service says of plans: published to people, changed by a client, the change applied or rejected."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from event_contracts.envelope import ContractModel, EventData
from event_contracts.people import FirmRef


class PlanRecipient(ContractModel):
    """Somebody a plan was published to, with an account: notifier knows its address and language."""

    grant_id: UUID
    account_id: UUID


class PlanEvent(EventData):
    """Base of what is said about a plan of a dossier."""

    plan_id: UUID
    dossier_id: UUID


class PlanPublished(PlanEvent):
    """A version of a plan was published; each recipient is told by a mail (P2).

    Those whom it was published to before they have an account are not among the recipients.
    """

    event_type: ClassVar[str] = "dossier.plan.published.v1"
    publication_id: UUID
    version: int = Field(ge=1)
    title: str
    dossier_name: str
    firm: FirmRef
    published_by: str
    custom_text: str | None = Field(default=None, max_length=2000)
    recipients: tuple[PlanRecipient, ...]

    @property
    def subject(self) -> str:
        return str(self.publication_id)


class PlanChangeEvent(PlanEvent):
    """Base of what is said about a change that a client submitted to a version of a plan (P3)."""

    change_id: UUID
    firm_id: UUID
    base_version: int = Field(ge=1)

    @property
    def subject(self) -> str:
        return str(self.change_id)


class PlanChangeSubmitted(PlanChangeEvent):
    """A client submitted a change; the manager applies or rejects it."""

    event_type: ClassVar[str] = "dossier.plan_change.submitted.v1"
    account_id: UUID


class PlanChangeApplied(PlanChangeEvent):
    """The manager applied the change; it made the plan's next version."""

    event_type: ClassVar[str] = "dossier.plan_change.applied.v1"
    version: int = Field(ge=2)


class PlanChangeRejected(PlanChangeEvent):
    """The manager rejected the change with a reason, which the client reads in the dossier and in the mail."""

    event_type: ClassVar[str] = "dossier.plan_change.rejected.v1"
