"""What a dry run makes of events (M3): both variants of an offer, the same for everybody, and who hears nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from dossier_service.sending.domain import (
    Addressee,
    Offered,
    PlannedMail,
    Variant,
    mail_of_notice,
    mails_of_offer,
    mails_of_resend,
)
from event_contracts.dossier import GrantMoved, GrantOffered, SignInInformationRequested
from event_contracts.firms import NoticeAudience, NoticeIssued, NoticeKind, NoticeLine, StaffInvited
from event_contracts.people import FirmRef, LadderPolicy, Language, OfferKind, Person, Right
from service_kit.ids import new_id

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
FIRM = FirmRef(firm_id=new_id(), name="Cabinet Exact", language=Language.FR)
LEA = Person(given_name="Léa", family_name="Dupont", email="lea@example.com", phone="+32470123456", language="nl")
TO = Addressee("Léa", "Dupont", Language.NL, "lea@example.com")
POLICY = LadderPolicy(offsets=(timedelta(days=3), timedelta(days=10)))
TERMS: dict[str, Any] = {
    "grant_id": new_id(),
    "dossier_id": new_id(),
    "dossier_name": "Dupont",
    "firm": FIRM,
    "person": LEA,
    "role": "family",
    "right": Right.READ,
    "granted_by": "Marc",
    "custom_text": "Bienvenue",
    "policy": POLICY,
}
OFFERS = [
    GrantOffered(**TERMS),
    GrantMoved(previous_grant_id=new_id(), **TERMS),
    StaffInvited(membership_id=new_id(), firm=FIRM, person=LEA, role="accountant", invited_by="Marc", policy=POLICY),
]


def shown(mail: PlannedMail) -> tuple[str, str, str | None, Language]:
    return mail.variant, mail.template, mail.to.email, mail.to.language


@pytest.mark.parametrize("event", OFFERS, ids=["offered", "moved", "staff"])
def test_i1_an_offer_lists_invitation_and_notice(event: Any) -> None:
    mails = mails_of_offer(event, NOW)

    assert [shown(mail) for mail in mails] == [
        ("invitation", "invitation_first", "lea@example.com", "nl"),
        ("notice", "access_notice", "lea@example.com", "nl"),
    ]


def test_r1_r5_reminders_follow_the_firms_policy_and_only_the_invitation_has_any() -> None:
    invitation, notice = mails_of_offer(OFFERS[0], NOW)

    assert invitation.reminders == (NOW + timedelta(days=3), NOW + timedelta(days=10))
    assert notice.reminders == ()
    assert invitation.parameters["expires_at"] == (NOW + timedelta(days=40)).isoformat()


@pytest.mark.parametrize(
    ("event", "name"),
    [
        (OFFERS[0], "lea.dupont"),
        (GrantOffered(**{**TERMS, "user_name": "leading.lea"}), "leading.lea"),
        (GrantOffered(**{**TERMS, "role": "client", "client_code": "8005551"}), "8005551001"),
        (OFFERS[2], "lea.dupont"),
    ],
    ids=["proposed", "wished", "contact", "staff"],
)
def test_i3_an_invitation_shows_the_wished_or_proposed_name_and_a_notice_none(event: Any, name: str) -> None:
    invitation, notice = mails_of_offer(event, NOW)

    assert (invitation.user_name, invitation.parameters["user_name"]) == (name, name)
    assert (notice.user_name, notice.parameters["user_name"]) == (None, "…")


@pytest.mark.parametrize("active", [True, False])
def test_k2_sending_again_is_an_invitation_only_while_the_offer_waits(active: bool) -> None:
    event = SignInInformationRequested(offer_id=new_id(), kind=OfferKind.DOSSIER, firm=FIRM, requested_by="Marc")

    mails = mails_of_resend(event, TO, Offered(OfferKind.DOSSIER, "Dupont", Right.READ), POLICY, NOW, active=active)

    again = [Variant.SIGN_IN_INFORMATION] if active else [Variant.INVITATION, Variant.SIGN_IN_INFORMATION]
    assert [mail.variant for mail in mails] == again


@pytest.mark.parametrize("audience", list(NoticeAudience))
def test_a_notice_goes_to_the_address_its_reader_keeps_and_names_no_other(audience: NoticeAudience) -> None:
    line = NoticeLine(kind=NoticeKind.OFFERED, at=NOW, right=Right.READ)
    event = NoticeIssued(notice_id=new_id(), audience=audience, account_id=new_id(), firm=FIRM, lines=(line,))

    mail = mail_of_notice(event, Addressee("Léa", "Dupont", Language.NL))

    assert shown(mail) == (f"{audience}_notice", f"{audience}_notice", None, "nl")
    assert mail.parameters["lines"] == [{"kind": "offered", "at": "2026-11-22T09:00:00Z", "right": "read"}]
