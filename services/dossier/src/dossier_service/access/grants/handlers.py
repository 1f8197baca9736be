"""What the invited person and the account's owner decided: declined, expired, left, erased (I5, I13)."""

from event_contracts import Event
from event_contracts.firms import NoticeKind
from event_contracts.identity import (
    AccessLeft,
    AccountErased,
    AccountState,
    InvitationDeclined,
    InvitationExpired,
)
from service_kit.db import UnitOfWork
from service_kit.messaging import Outcome, handle

from dossier_service.access.grants import ending
from dossier_service.access.grants import repository as grants
from dossier_service.access.projections import repository
from dossier_service.access.projections.domain import InvitationState
from dossier_service.deps import DossierDeps
from dossier_service.firms.staff import places
from dossier_service.notices.service import Happened, tell

ERASED_NAME = "erased"


async def on_invitation_declined(event: Event[InvitationDeclined], uow: UnitOfWork, _deps: DossierDeps) -> Outcome:
    """Every offer of the firm that the invitation named is declined, also if its account is not known here yet."""
    data = event.data
    await repository.keep_invitation(uow, data.invitation_id, InvitationState.DECLINED, None, event.order)
    await ending.decline_offers(uow, data.offer_ids, data.account_id, data.firm_id)
    await places.decline_places(uow, data.firm_id, data.offer_ids, data.account_id)
    return None


async def on_invitation_expired(event: Event[InvitationExpired], uow: UnitOfWork, _deps: DossierDeps) -> Outcome:
    """The manager hears that the person did not join (M8), unless a fresh invitation was heard of before."""
    data = event.data
    if not await repository.keep_expiry(uow, data.invitation_id, event.time, event.order):
        return None
    at = await uow.now()
    found = await grants.offered_among(uow, data.firm_id, data.offer_ids, data.invitation_id)
    await tell(uow, [Happened(NoticeKind.NOT_JOINED, grant_id, at) for grant_id in found])
    return None


async def on_access_left(event: Event[AccessLeft], uow: UnitOfWork, _deps: DossierDeps) -> Outcome:
    data = event.data
    await ending.leave_grant(uow, data.offer_id, data.account_id, data.firm_id)
    return None


async def on_account_erased(event: Event[AccountErased], uow: UnitOfWork, _deps: DossierDeps) -> Outcome:
    """Nothing that names the account is kept; what is heard of it later finds it erased."""
    account_id = event.data.account_id
    await repository.keep_account(uow, account_id, AccountState.ERASED, ERASED_NAME)
    await ending.erase_account(uow, account_id)
    await places.forget_places(uow, account_id)
    return None


HANDLERS = (
    handle(InvitationDeclined, on_invitation_declined),
    handle(InvitationExpired, on_invitation_expired),
    handle(AccessLeft, on_access_left),
    handle(AccountErased, on_account_erased),
)
