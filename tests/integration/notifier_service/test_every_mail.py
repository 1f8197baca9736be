"""Every mail: from which event, to whom, in which lane, language and look, and with which link (M1, M4, A12, R5)."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from event_contracts import Event, EventData
from event_contracts.firms import FirmConfigured, NoticeAudience, NoticeIssued, NoticeKind, NoticeLine
from event_contracts.identity import AccountState, Occasion, SignInInformationIssued
from event_contracts.notifier import MessageSent
from event_contracts.people import Brand, FirmRef, Language, Offer, OfferKind, Recipient, Right, SealPurpose
from event_contracts.plans import PlanPublished, PlanRecipient
from event_contracts.security import ContactCodeIssued, PasswordResetIssued, SecurityNoticeIssued, SecurityNoticeKind
from notifier_service.messages.domain import Template
from service_kit.ids import new_id
from service_kit.testing.events import arrived

World = Any
BASE = "https://access.example"
FIRM = FirmRef(firm_id=new_id(), name="Cabinet Martin", language=Language.FR)
LEA = new_id()
DUTCH = Recipient(email="lea@example.com", given_name="Léa", family_name="Dupont", language=Language.NL)
OFFER = Offer(offer_id=new_id(), kind=OfferKind.DOSSIER, dossier_name="Famille Dupont", right=Right.READ)
AT = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)
LOGO = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x64\x00\x00\x00\x32"
BRAND = Brand(
    sender_name="Martin & Fils",
    reply_to="info@martin.example",
    colour="#7a1e3c",
    logo_png=base64.b64encode(LOGO).decode(),
)


def notice(audience: NoticeAudience, *kinds: NoticeKind, account_id: UUID = LEA) -> NoticeIssued:
    lines = tuple(NoticeLine(kind=kind, at=AT, dossier_name="Famille Dupont", person_name="Luc") for kind in kinds)
    return NoticeIssued(notice_id=new_id(), audience=audience, account_id=account_id, firm=FIRM, lines=lines)


def plan_published() -> PlanPublished:
    return PlanPublished(
        publication_id=new_id(),
        plan_id=new_id(),
        dossier_id=new_id(),
        version=2,
        title="Pensioen",
        dossier_name="Famille Dupont",
        firm=FIRM,
        published_by="Anne Petit",
        recipients=(PlanRecipient(grant_id=new_id(), account_id=LEA),),
    )


def sign_in_information(**changes: Any) -> SignInInformationIssued:
    values: dict[str, Any] = {
        "account_id": LEA,
        "firm": FIRM,
        "recipient": DUTCH,
        "user_name": "lea.dupont",
        "offers": (OFFER,),
        "requested_by": "Anne Petit",
    }
    return SignInInformationIssued(**{**values, **changes})


def contact_code(world: World, channel: str, address: str, **changes: Any) -> ContactCodeIssued:
    values: dict[str, Any] = {"change_id": new_id(), "account_id": LEA, "code": "482913"}
    values |= {"expires_at": datetime.now(UTC) + timedelta(minutes=10)} | changes
    code = world.sealer.seal(
        values.pop("code"),
        purpose=SealPurpose.CONTACT_CODE,
        subject=str(values["change_id"]),
        recipient=address,
        expires_at=values["expires_at"],
    )
    names = {"given_name": "Léa", "family_name": "Dupont", "language": Language.NL}
    return ContactCodeIssued(channel=channel, address=address, sealed_code=code, **names, **values)


def password_reset(world: World, **changes: Any) -> PasswordResetIssued:
    values: dict[str, Any] = {"reset_id": new_id(), "token": "reset-token"}
    values |= {"expires_at": datetime.now(UTC) + timedelta(hours=1)} | changes
    link = world.sealer.seal(
        f"{BASE}/password-reset/{values.pop('token')}",
        purpose=SealPurpose.PASSWORD_RESET,
        subject=str(values["reset_id"]),
        recipient=DUTCH.email,
        expires_at=values["expires_at"],
    )
    return PasswordResetIssued(account_id=LEA, recipient=DUTCH, user_name="lea.dupont", sealed_link=link, **values)


def security_notice(kind: SecurityNoticeKind) -> SecurityNoticeIssued:
    return SecurityNoticeIssued(notice_id=new_id(), account_id=LEA, kind=kind, recipient=DUTCH, at=AT, detail="x***")


def invitation(world: World, **changes: Any) -> Any:
    return world.invitation(firm=FIRM, recipient=DUTCH, token="secret-token", **changes)


def linked(world: World) -> Any:
    return world.linked(AccountState.ACTIVE).model_copy(update={"firm": FIRM, "account_id": LEA})


@dataclass(frozen=True)
class Case:
    """One row of the table. `says` proves the language; an ordinary mail is the firm's, a security mail nobody's."""

    template: str
    event: Callable[[World], EventData]
    says: str
    link: str | None = None
    lane: str = "ordinary"
    to: str = "lea@example.com"
    channel: str = "email"


INVITED, SIGN_IN = f"{BASE}/invitation/secret-token", f"{BASE}/sign-in"
SAFETY = {
    SecurityNoticeKind.EMAIL_CHANGED: ("Uw e-mailadres is gewijzigd", None),
    SecurityNoticeKind.PHONE_CHANGED: ("Uw telefoonnummer is gewijzigd", SIGN_IN),
    SecurityNoticeKind.PASSWORD_CHANGED: ("Uw wachtwoord is gewijzigd", SIGN_IN),
    SecurityNoticeKind.RECOVERY_CODES_MADE: ("Er zijn nieuwe herstelcodes gemaakt", SIGN_IN),
    SecurityNoticeKind.RECOVERY_CODE_USED: ("Er is een herstelcode gebruikt", SIGN_IN),
    SecurityNoticeKind.ADDRESS_CLAIMED: ("Iemand gaf uw e-mailadres op", SIGN_IN),
    SecurityNoticeKind.ACCOUNT_ERASED: ("Uw account is gewist", None),
}
NEW = "new@example.com"
TABLE = [
    Case("invitation_first", invitation, "geeft u toegang tot een dossier", INVITED),
    Case("invitation_added", lambda w: invitation(w, occasion=Occasion.ADDED), "Uw uitnodiging is uitgebreid", INVITED),
    Case("reminder_1", lambda w: invitation(w, occasion=Occasion.REMINDER, step=1), "Herinnering:", INVITED),
    Case("reminder_2", lambda w: invitation(w, occasion=Occasion.REMINDER, step=2), "Tweede herinnering", INVITED),
    Case("reminder_later", lambda w: invitation(w, occasion=Occasion.REMINDER, step=3), "Nieuwe herinnering", INVITED),
    Case("access_notice", linked, "U hebt al een account", SIGN_IN),
    Case("sign_in_information", lambda w: sign_in_information(), "opnieuw uw aanmeldgegevens", SIGN_IN),
    Case("holder_notice", lambda w: notice(NoticeAudience.HOLDER, NoticeKind.OFFERED), "omdat u titularis", SIGN_IN),
    Case("manager_notice", lambda w: notice(NoticeAudience.MANAGER, NoticeKind.DECLINED), "beheert", SIGN_IN),
    Case("person_notice", lambda w: notice(NoticeAudience.PERSON, NoticeKind.DEACTIVATED), "uw toegang opgeschort"),
    Case("plan_published", lambda w: plan_published(), "- Pensioen, versie 2", SIGN_IN),
    Case("email_code", lambda w: contact_code(w, "email", NEW), "Bevestig uw nieuwe", None, "security", NEW),
    Case(
        "phone_code",
        lambda w: contact_code(w, "sms", "+32470999999"),
        "482913 is de code om dit nummer",
        None,
        "security",
        "32470999999@sms.localhost",
        "sms",
    ),
    Case("password_reset", password_reset, "Kies een nieuw", f"{BASE}/password-reset/reset-token", "security"),
    *(
        Case(kind.value, lambda w, kind=kind: security_notice(kind), subject, link, "security")
        for kind, (subject, link) in SAFETY.items()
    ),
]


async def known(world: World, recipient: Recipient = DUTCH, account_id: UUID = LEA) -> None:
    """The account is active and was welcomed, and its firm has a look."""
    activated = world.activated(account_id).model_copy(update={"recipient": recipient})
    await world.told(activated, FirmConfigured(firm=FIRM, brand=BRAND))
    async with world.working():
        await world.settled({"sent": 1})
    world.smtp.mails.clear()


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.template)
async def test_who_gets_it_in_which_lane_language_and_look_and_with_which_link(world: World, case: Case) -> None:
    await known(world)
    event = case.event(world)
    if case.link == INVITED:
        # An invitation is for somebody without an account.
        event = event.model_copy(update={"account_id": new_id()})

    async with world.working():
        await world.told(*twice(event))
        await world.settled({"sent": 2})

    (mail,) = world.smtp.mails
    (row,) = await world.rows("SELECT * FROM message WHERE template <> 'welcome'")
    assert (row["template"], row["lane"], row["channel"]) == (case.template, case.lane, case.channel)
    assert mail["To"].addresses[0].addr_spec == case.to
    text = mail.get_body(("plain",)).get_content()
    assert case.says in text
    assert mail["Content-Language"] == row["language"] == "nl"
    assert [line for line in text.splitlines() if line.startswith("https://")] == ([case.link] if case.link else [])
    assert {row["parameters"], row["sealed"]} == {None}
    check_look(mail, ours=case.lane == "security")


def twice(data: EventData) -> list[Event[EventData]]:
    """The same thing said again under another id, by what the same cause set off."""
    cause = {"causationid": str(new_id())}
    return [arrived(data).model_copy(update=cause) for _ in range(2)]


def check_look(mail: Any, *, ours: bool) -> None:
    """A security mail shows the platform and no firm; every other mail shows its firm (A13, R5)."""
    raw = mail.as_string() + str([part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"])
    if ours:
        assert mail["From"].addresses[0].display_name == "Dossier Access"
        assert mail["Reply-To"] is None
        assert not [word for word in ("Martin", "#7a1e3c", "image/png") if word in raw]
        return
    assert mail["From"].addresses[0].display_name == "Martin & Fils"
    assert mail["Reply-To"].addresses[0].addr_spec == "info@martin.example"
    assert "#7a1e3c" in raw
    assert [part.get_content() for part in mail.walk() if part.get_content_type() == "image/png"] == [LOGO]


def test_the_table_is_about_every_template() -> None:
    elsewhere = {"welcome", "sign_in_code"}

    assert {case.template for case in TABLE} | elsewhere == set(Template)


async def test_what_became_of_a_notice_says_nothing_of_mails_about_an_offer(world: World) -> None:
    await known(world)

    async with world.working():
        await world.told(notice(NoticeAudience.HOLDER, NoticeKind.UNDELIVERABLE))
        await world.settled({"sent": 2})

    (_, said) = await world.harness.said(MessageSent)
    assert (said.message.offer_ids, said.message.account_id, said.message.firm_id) == ((), LEA, FIRM.firm_id)
