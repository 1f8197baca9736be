"""The answer to a delivery report, for the mail server that handed it in."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from notifier_service.bounces.domain import BounceOutcome

DETAILS = {
    BounceOutcome.BOUNCED: "The message failed; its ladder stops and its firm is told.",
    BounceOutcome.ALREADY_BOUNCED: "A report ended this message before; nothing changed.",
    BounceOutcome.DELAYED: "Noted. The other server still tries; nothing changed.",
    BounceOutcome.DELIVERED: "Noted. Somebody got it; nothing changed.",
    BounceOutcome.OLD_MESSAGE: "The message was settled otherwise, or sent more than 30 days ago; nothing changed.",
    BounceOutcome.UNKNOWN_MESSAGE: "No message of this id was sent from here; nothing changed.",
    BounceOutcome.FOREIGN: "It was not sent to a return path of a message from here; nothing changed.",
    BounceOutcome.NOT_A_REPORT: "A mail, but no delivery report; nothing changed.",
    BounceOutcome.MALFORMED: "It cannot be read as a delivery report; nothing changed.",
}


class BounceAnswer(BaseModel):
    """What became of the report. Every report gets one, and only `bounced` changes anything."""

    model_config = ConfigDict(frozen=True)

    outcome: BounceOutcome = Field(examples=["bounced"])
    detail: str
    message_id: UUID | None = None
    status: str | None = Field(default=None, examples=["5.1.1"])

    @classmethod
    def of(
        cls, outcome: BounceOutcome, *, message_id: UUID | None = None, status: str = "", why: str = ""
    ) -> "BounceAnswer":
        """The answer with its sentence."""
        detail = f"{DETAILS[outcome]} ({why})" if why else DETAILS[outcome]
        return cls(outcome=outcome, detail=detail, message_id=message_id, status=status or None)
