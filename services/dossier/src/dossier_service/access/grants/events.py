"""From the grants area to the contracts."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from event_contracts.dossier import (
    GrantActivated,
    GrantChanged,
    GrantDeclined,
    GrantLapsed,
    GrantMoved,
    GrantOffered,
    GrantWithdrawn,
    OfferResumed,
    OfferSuspended,
    SignInInformationRequested,
)
from event_contracts.people import LadderPolicy, OfferKind, Right
from event_contracts.people import Person as ContractPerson

from dossier_service.access.grants.tables import Grant
from dossier_service.dossiers.people.tables import Person
from dossier_service.dossiers.tables import Dossier
from dossier_service.firms.events import firm_ref, policy_of
from dossier_service.firms.tables import Firm


@dataclass(frozen=True, slots=True)
class Said:
    """All that is said of an offer; `client_code` is that of a company's contact, and of nobody else (A9, I3)."""

    grant: Grant
    dossier: Dossier
    firm: Firm
    person: Person
    granted_by: str
    policy: LadderPolicy
    client_code: str | None = None


def grant_offered(said: Said) -> GrantOffered:
    """What identity needs to find or make the account, and notifier to write the mail."""
    return GrantOffered(**_offer(said))


def grant_moved(said: Said, previous_grant_id: UUID) -> GrantMoved:
    """The same for a corrected address or phone, and which offer it replaces (I9)."""
    return GrantMoved(previous_grant_id=previous_grant_id, **_offer(said))


def _offer(said: Said) -> dict[str, Any]:
    grant, dossier, firm, person = said.grant, said.dossier, said.firm, said.person
    return {
        "grant_id": grant.id,
        "dossier_id": dossier.id,
        "dossier_name": dossier.name,
        "firm": firm_ref(firm),
        "person": ContractPerson(
            given_name=person.given_name,
            family_name=person.family_name,
            email=grant.email,
            phone=person.phone,
            language=person.language,
        ),
        "role": person.role,
        "right": grant.right,
        "granted_by": said.granted_by,
        "custom_text": grant.custom_text,
        "policy": policy_of(firm, said.policy),
        "user_name": grant.user_name,
        "client_code": said.client_code,
    }


def sign_in_information_requested(
    grant: Grant, firm: Firm, requested_by: str, custom_text: str | None
) -> SignInInformationRequested:
    """Identity knows whether that is a fresh invitation or the user name and the sign-in address (K2)."""
    return SignInInformationRequested(
        offer_id=grant.id,
        kind=OfferKind.DOSSIER,
        firm=firm_ref(firm),
        requested_by=requested_by,
        custom_text=custom_text,
    )


def grant_changed(grant: Grant, previous: Right) -> GrantChanged:
    return GrantChanged(
        grant_id=grant.id,
        dossier_id=grant.dossier_id,
        firm_id=grant.firm_id,
        account_id=grant.account_id,
        previous_right=previous,
        right=grant.right,
    )


def grant_withdrawn(grant: Grant) -> GrantWithdrawn:
    return GrantWithdrawn(
        grant_id=grant.id, dossier_id=grant.dossier_id, firm_id=grant.firm_id, account_id=grant.account_id
    )


def grant_activated(grant: Grant) -> GrantActivated:
    assert grant.account_id is not None  # only a linked grant becomes active
    return GrantActivated(
        grant_id=grant.id, dossier_id=grant.dossier_id, firm_id=grant.firm_id, account_id=grant.account_id
    )


def grant_declined(grant: Grant) -> GrantDeclined:
    assert grant.account_id is not None  # an offer is declined by somebody
    return GrantDeclined(
        grant_id=grant.id, dossier_id=grant.dossier_id, firm_id=grant.firm_id, account_id=grant.account_id
    )


def grant_lapsed(grant: Grant) -> GrantLapsed:
    return GrantLapsed(
        grant_id=grant.id, dossier_id=grant.dossier_id, firm_id=grant.firm_id, account_id=grant.account_id
    )


def offer_suspended(grant: Grant) -> OfferSuspended:
    """Nothing is mailed about the offer until it is resumed."""
    return OfferSuspended(
        grant_id=grant.id, dossier_id=grant.dossier_id, firm_id=grant.firm_id, account_id=grant.account_id
    )


def offer_resumed(grant: Grant) -> OfferResumed:
    return OfferResumed(
        grant_id=grant.id, dossier_id=grant.dossier_id, firm_id=grant.firm_id, account_id=grant.account_id
    )
