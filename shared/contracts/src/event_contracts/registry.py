"""The one table from event type to class; unknown types and malformed bodies are told apart, with the reason."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from event_contracts import dossier, firms, identity, notifier, plans, scheduler, security
from event_contracts.envelope import Event, EventData

EVENTS: tuple[type[EventData], ...] = (
    dossier.GrantOffered,
    dossier.GrantMoved,
    dossier.GrantChanged,
    dossier.GrantWithdrawn,
    dossier.GrantDeclined,
    dossier.GrantLapsed,
    dossier.GrantActivated,
    dossier.SignInInformationRequested,
    dossier.OfferSuspended,
    dossier.OfferResumed,
    dossier.DossierHandedOver,
    dossier.DossierClosed,
    dossier.DossierReopened,
    plans.PlanPublished,
    plans.PlanChangeSubmitted,
    plans.PlanChangeApplied,
    plans.PlanChangeRejected,
    firms.FirmConfigured,
    firms.StaffInvited,
    firms.StaffJoined,
    firms.StaffChanged,
    firms.StaffRemoved,
    firms.PortalUserDeactivated,
    firms.PortalUserReactivated,
    firms.NoticeIssued,
    identity.AccessLinked,
    identity.AccessLeft,
    identity.InvitationIssued,
    identity.InvitationAccepted,
    identity.InvitationRevoked,
    identity.InvitationDeclined,
    identity.InvitationExpired,
    identity.InvitationExtended,
    identity.LadderCancelled,
    identity.AccountActivated,
    identity.AccountChanged,
    identity.PhoneVerified,
    identity.AccountErased,
    identity.SignInInformationIssued,
    identity.ReminderWithheld,
    security.SignInCodeIssued,
    security.ContactCodeIssued,
    security.PasswordResetIssued,
    security.SecurityNoticeIssued,
    security.SessionEnded,
    notifier.MessageSent,
    notifier.MessageFailed,
    notifier.MessageSuppressed,
    notifier.MessageHeld,
    scheduler.LadderArmed,
    scheduler.LadderAdvanced,
    scheduler.LadderStopped,
    scheduler.ReminderDue,
    scheduler.ExpiryDue,
    scheduler.ReminderSkipped,
)

# Said for the record and for those who watch; no service acts on them. The broker drops them without alarm.
WITHOUT_SUBSCRIBER: frozenset[str] = frozenset(
    event.event_type
    for event in (
        dossier.DossierClosed,
        dossier.DossierReopened,
        plans.PlanChangeSubmitted,
        plans.PlanChangeApplied,
        plans.PlanChangeRejected,
        identity.ReminderWithheld,
        scheduler.ReminderSkipped,
    )
)


class UnknownEventType(Exception):
    """The body is an event, but of a type or version this registry does not know: it is to be parked."""


class MalformedEvent(Exception):
    """The body is not an event, or breaks its contract: it is to be dead-lettered. The message names field and rule."""


def build_registry(events: tuple[type[EventData], ...]) -> Mapping[str, type[EventData]]:
    """Type to class. A type named twice is an error at import."""
    table: dict[str, type[EventData]] = {}
    for event in events:
        if event.event_type in table:
            raise ValueError(f"event type {event.event_type} is registered twice")
        table[event.event_type] = event
    return MappingProxyType(table)


REGISTRY = build_registry(EVENTS)
_MODELS: dict[str, type[Event[EventData]]] = {t: cast(Any, Event)[cls] for t, cls in REGISTRY.items()}
_ANY_EVENT = Event[EventData]


class _TypeOnly(BaseModel):
    model_config = ConfigDict(extra="ignore")
    type: str


def parse_event(body: bytes) -> Event[EventData]:
    """The event in a structured-mode JSON body.

    Raises MalformedEvent for a body that breaks the envelope or its contract, UnknownEventType for a
    well-formed one whose type or version is not registered. Neither message repeats a value of the body.
    """
    try:
        event_type = _TypeOnly.model_validate_json(body).type
        event = _MODELS.get(event_type, _ANY_EVENT).model_validate_json(body)
    except ValidationError as error:
        raise MalformedEvent(_reasons(error)) from None
    if event_type not in _MODELS:
        raise UnknownEventType("type: this type or version is not registered")
    return event


def _reasons(error: ValidationError) -> str:
    details = error.errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, d['loc'])) or 'body'}: {d['msg']}" for d in details[:5])
