"""Issuing one invitation mail: a token of its own, hashed here, sealed in the event, once per cause (I5, I7)."""

from collections.abc import Sequence
from dataclasses import dataclass

from event_contracts.identity import InvitationIssued, Occasion
from event_contracts.people import FirmRef, Recipient, SealPurpose
from event_contracts.people import Offer as OfferSaid
from service_kit.db import UnitOfWork

from identity_service.accounts.tables import Account
from identity_service.deps import IdentityDeps
from identity_service.invitations import repository
from identity_service.invitations.events import ladder_of, policy_of
from identity_service.invitations.tables import Invitation, InvitationToken
from identity_service.randomness import token_hash


@dataclass(frozen=True)
class Letter:
    """What one mail says besides its link. `cause` is unique: the same cause never mails twice.

    `renewal`: the person asked for it; `resend`: somebody did, so it goes out even to an address that bounced.
    """

    cause: str
    occasion: Occasion
    firm: FirmRef
    recipient: Recipient
    offers: Sequence[OfferSaid]
    granted_by: str
    custom_text: str | None = None
    step: int | None = None
    renewal: bool = False
    resend: bool | None = None


async def issue(uow: UnitOfWork, deps: IdentityDeps, account: Account, invitation: Invitation, letter: Letter) -> bool:
    """Puts the mail into the outbox; False when its cause was mailed before. Hold the account's lock."""
    token = deps.randomness.token()
    row = InvitationToken(
        token_hash=token_hash(token),
        invitation_id=invitation.id,
        cause=letter.cause,
        occasion=letter.occasion,
        renewal=letter.renewal,
        issued_at=await uow.now(),
    )
    if not await repository.add_token(uow.session, row):
        return False
    uow.outbox.add(_said(deps, account, invitation, letter, token))
    return True


def _said(deps: IdentityDeps, account: Account, invitation: Invitation, letter: Letter, token: str) -> InvitationIssued:
    sealed = deps.sealer.seal(
        deps.link_to(f"/invitation/{token}"),
        purpose=SealPurpose.INVITATION_LINK,
        subject=str(invitation.id),
        recipient=account.email,
        expires_at=invitation.expires_at,
    )
    return InvitationIssued(
        invitation_id=invitation.id,
        account_id=account.id,
        firm=letter.firm,
        recipient=letter.recipient,
        user_name=account.user_name,
        occasion=letter.occasion,
        step=letter.step,
        offers=tuple(letter.offers),
        granted_by=letter.granted_by,
        custom_text=letter.custom_text,
        sealed_link=sealed,
        expires_at=invitation.expires_at,
        ladder=ladder_of(invitation),
        policy=policy_of(invitation),
        resend=letter.resend,
    )
