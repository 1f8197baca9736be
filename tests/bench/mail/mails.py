"""What is sent in B7: first invitation mails, as identity asks for them, each with a link of its own."""

import base64
from datetime import UTC, datetime, timedelta

from event_contracts.identity import InvitationIssued, Occasion
from event_contracts.people import (
    FirmRef,
    LadderKey,
    LadderPolicy,
    Language,
    Offer,
    OfferKind,
    Recipient,
    Right,
    SealPurpose,
)
from notifier_service.settings import NotifierSettings
from service_kit.ids import new_id
from service_kit.security.keyring import KeyRing
from service_kit.security.sealing import Sealer

KEY = f"k1:{base64.b64encode(bytes(range(32))).decode()}"
SENDER = "no-reply@access.example"
FIRM = FirmRef(firm_id=new_id(), name="Cabinet Martin", language=Language.FR)
_SEALER = Sealer(KeyRing.parse(KEY))


def settings(database_url: str, smtp_port: int, connections: int) -> NotifierSettings:
    """A notifier with so many connections to the sink."""
    return NotifierSettings(
        database_url=database_url,
        rabbit_url="amqp://unused",
        public_base_url="https://access.example",
        token_issuer="https://access.example",
        sealing_keys=KEY,
        smtp_host="127.0.0.1",
        smtp_port=smtp_port,
        smtp_tls="none",
        smtp_connections=connections,
        mail_from=SENDER,
        mail_bounces="bounces@access.example",
    )


def invitation(number: int) -> InvitationIssued:
    """The first invitation mail of somebody."""
    to, invitation_id, account_id = f"person{number}@example.com", new_id(), new_id()
    expires_at = datetime.now(UTC) + timedelta(days=30)
    return InvitationIssued(
        invitation_id=invitation_id,
        account_id=account_id,
        firm=FIRM,
        recipient=Recipient(email=to, given_name="Léa", family_name="Dupont", language=Language.FR),
        user_name="lea.dupont",
        occasion=Occasion.FIRST,
        offers=(Offer(offer_id=new_id(), kind=OfferKind.DOSSIER, dossier_name="Famille Dupont", right=Right.READ),),
        granted_by="Anne Petit",
        sealed_link=_SEALER.seal(
            f"token-{invitation_id.hex}",
            purpose=SealPurpose.INVITATION_LINK,
            subject=str(invitation_id),
            recipient=to,
            expires_at=expires_at,
        ),
        expires_at=expires_at,
        ladder=LadderKey(kind="invitation", subject_id=account_id, firm_id=FIRM.firm_id, epoch=1),
        policy=LadderPolicy(offsets=(timedelta(days=7), timedelta(days=30))),
    )
