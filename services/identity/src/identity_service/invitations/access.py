"""What its owner sees of an account's accesses, and leaving one (I13): dossier decides, identity asks and shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from event_contracts.identity import AccessLeft
from event_contracts.people import OfferKind, Right
from service_kit.db import UnitOfWork
from service_kit.errors import Conflict, NotFound

from identity_service.accounts import repository as accounts
from identity_service.invitations import repository
from identity_service.invitations.domain import DEAD_OFFERS, AccessState, access_state
from identity_service.invitations.tables import Offer


@dataclass(frozen=True)
class Access:
    """One dossier, or one place in a firm's staff, that the account opens. `deactivated`: the firm keeps it shut."""

    offer_id: UUID
    kind: OfferKind
    firm_id: UUID
    firm_name: str
    dossier_id: UUID | None
    dossier_name: str | None
    right: Right | None
    staff_role: str | None
    granted_by: str
    offered_at: datetime
    state: AccessState
    deactivated: bool


async def my_access(uow: UnitOfWork, account_id: UUID) -> Sequence[Access]:
    """All that the account may open or is about to, over all firms, oldest first; what ended is not there (I13)."""
    offers = await repository.living_offers(uow.session, account_id)
    keeping_out = await repository.firms_keeping_out(uow.session, account_id)
    return [_access(offer, deactivated=offer.firm_id in keeping_out) for offer in offers]


async def leave(uow: UnitOfWork, account_id: UUID, offer_id: UUID) -> None:
    """The owner gives up a dossier (A5, I13); twice is once, and what ended in another way is left already.

    Raises NotFound for what is not this account's, Conflict for a place in a firm's staff: its administrator ends that.
    """
    await accounts.lock(uow.session, account_id)
    offer = await repository.offer_of(uow.session, offer_id, account_id)
    if offer is None:
        raise NotFound("not_found", "There is nothing here.")
    if offer.kind is OfferKind.FIRM:
        raise Conflict("staff_place", "An administrator of the firm ends a place in its staff.", rule="A14")
    if offer.state in DEAD_OFFERS or offer.left_at is not None:
        return
    offer.left_at = await uow.now()
    uow.outbox.add(AccessLeft(offer_id=offer_id, account_id=account_id, firm_id=offer.firm_id))


async def has_staff_place(uow: UnitOfWork, account_id: UUID) -> bool:
    """Whether the person is on the staff of a firm that has not deactivated them (A14)."""
    places = await my_access(uow, account_id)
    return any(
        place.kind is OfferKind.FIRM and place.state is AccessState.OPEN and not place.deactivated for place in places
    )


def _access(offer: Offer, *, deactivated: bool) -> Access:
    return Access(
        offer_id=offer.offer_id,
        kind=offer.kind,
        firm_id=offer.firm_id,
        firm_name=offer.firm_name,
        dossier_id=offer.dossier_id,
        dossier_name=offer.dossier_name,
        right=offer.right,
        staff_role=offer.staff_role,
        granted_by=offer.granted_by,
        offered_at=offer.offered_at,
        state=access_state(offer.state, offer.left_at),
        deactivated=deactivated,
    )
