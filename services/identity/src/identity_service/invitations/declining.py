"""Declining an invitation: a person says no to all that one firm offers; its links are dead, its ladder stops (I5)."""

from service_kit.db import UnitOfWork

from identity_service.accounts import repository as accounts
from identity_service.invitations import repository
from identity_service.invitations.domain import InvitationState, LinkState, OfferState, unknown_link
from identity_service.invitations.events import invitation_declined
from identity_service.invitations.links import Link, look_up, require_live
from identity_service.randomness import token_hash


async def decline(uow: UnitOfWork, token: str) -> Link:
    """Declines every waiting offer of the inviting firm and answers with the link as it then is.

    Only a pending invitation can be declined (I5), so only a live link does: an expired, replaced, revoked or used
    one is gone with its reason, as for every other use of it (I6). Idempotent by state: once declined, every link
    of the invitation hears the same again. Other firms' invitations of the person stay as they are (A13).
    """
    record = await repository.link(uow.session, token_hash(token))
    if record is None or await accounts.lock(uow.session, record.account.id) is None:
        raise unknown_link()
    link = await look_up(uow, token)
    if link.state is LinkState.DECLINED:
        return link
    require_live(link)
    await _decline(uow, link)
    return await look_up(uow, token)


async def _decline(uow: UnitOfWork, link: Link) -> None:
    invitation = await repository.latest_invitation(uow.session, link.account_id, link.firm_id)
    if invitation is None:
        raise unknown_link()
    offers = await repository.waiting_offers(uow.session, link.account_id, link.firm_id)
    for offer in offers:
        offer.state = OfferState.DECLINED
    invitation.state, invitation.settled_at = InvitationState.DECLINED, await uow.now()
    uow.outbox.add(invitation_declined(invitation, offers))
    await uow.session.flush()
