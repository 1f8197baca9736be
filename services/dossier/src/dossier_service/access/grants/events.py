"""From the grants area to the contracts."""

from event_contracts.dossier import GrantActivated, GrantChanged, GrantOffered, GrantWithdrawn
from event_contracts.people import LadderPolicy, Right
from event_contracts.people import Person as ContractPerson

from dossier_service.access.grants.tables import Grant
from dossier_service.dossiers.people.tables import Person
from dossier_service.dossiers.tables import Dossier
from dossier_service.firms.events import firm_ref
from dossier_service.firms.tables import Firm


def grant_offered(
    grant: Grant,
    dossier: Dossier,
    firm: Firm,
    person: Person,
    granted_by: str,
    custom_text: str | None,
    policy: LadderPolicy,
) -> GrantOffered:
    """What identity needs to find or make the account, and notifier to write the mail."""
    return GrantOffered(
        grant_id=grant.id,
        dossier_id=dossier.id,
        dossier_name=dossier.name,
        firm=firm_ref(firm),
        person=ContractPerson(
            given_name=person.given_name,
            family_name=person.family_name,
            email=grant.email,
            phone=person.phone,
            language=person.language,
        ),
        role=person.role,
        right=grant.right,
        granted_by=granted_by,
        custom_text=custom_text,
        policy=policy,
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
