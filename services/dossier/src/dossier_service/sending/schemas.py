"""What a dry run answers (M3)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from event_contracts.people import Language, Right

from dossier_service.edge.fields import Output
from dossier_service.sending.domain import Addressee, PlannedMail, SkipReason, Variant


class RecipientOut(Output):
    """Whom a mail is for; `email` is empty when it goes to the address that the account's owner keeps."""

    name: str
    email: str | None
    language: Language

    @classmethod
    def of(cls, to: Addressee) -> "RecipientOut":
        return cls(name=f"{to.given_name} {to.family_name}".strip(), email=to.email, language=to.language)


class PreviewOut(Output):
    """The body for notifier's preview route, as it stands."""

    firm_id: UUID
    template: str
    language: Language
    parameters: Mapping[str, Any]


class PlannedMailOut(Output):
    """One mail. Of an offer's `invitation` and `notice` one goes out: which depends on whether there is an account.

    `reminders` go out on these dates if it is sent now and the account is still not created. `user_name`: what an
    invitation names, wished or proposed; one that is taken when the account is made becomes its next variant (I3).
    """

    recipient: RecipientOut
    variant: Variant
    right: Right | None
    user_name: str | None
    reminders: tuple[datetime, ...]
    preview: PreviewOut

    @classmethod
    def of(cls, mail: PlannedMail) -> "PlannedMailOut":
        preview = PreviewOut(
            firm_id=mail.firm_id, template=mail.template, language=mail.to.language, parameters=mail.parameters
        )
        return cls(
            recipient=RecipientOut.of(mail.to),
            variant=mail.variant,
            right=mail.right,
            user_name=mail.user_name,
            reminders=mail.reminders,
            preview=preview,
        )


class SkippedOut(Output):
    """Somebody who gets no mail, and why."""

    name: str
    role: str
    reason: SkipReason


class SendingPlan(Output):
    """What the same call without `dry_run` would send. Nothing was written and nothing was sent."""

    at: datetime
    mails: tuple[PlannedMailOut, ...]
    skipped: tuple[SkippedOut, ...]
