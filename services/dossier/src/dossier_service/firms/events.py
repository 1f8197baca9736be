"""From the firms area to the contracts."""

from event_contracts.dossier import StaffInvited
from event_contracts.people import FirmRef, LadderPolicy, Person

from dossier_service.firms.tables import Firm, Membership


def firm_ref(firm: Firm) -> FirmRef:
    """The firm in whose name a mail goes out."""
    return FirmRef(firm_id=firm.id, name=firm.name, language=firm.language)


def staff_invited(firm: Firm, member: Membership, invited_by: str, policy: LadderPolicy) -> StaffInvited:
    """What identity needs to find or make the account of a new member of staff."""
    return StaffInvited(
        membership_id=member.id,
        firm=firm_ref(firm),
        person=Person(
            given_name=member.given_name,
            family_name=member.family_name,
            email=member.email,
            phone=member.phone,
            language=member.language,
        ),
        role=member.role,
        invited_by=invited_by,
        policy=policy,
    )
