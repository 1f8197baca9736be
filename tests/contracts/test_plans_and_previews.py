"""What a sending plan gives for a preview is what notifier's preview route takes, as it stands (M3)."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from dossier_service.sending.domain import Addressee, PlannedMail, mail_of_notice, mail_of_publication, mails_of_offer
from dossier_service.sending.schemas import PlannedMailOut
from event_contracts.dossier import GrantOffered
from event_contracts.firms import NoticeAudience, NoticeIssued, NoticeKind, NoticeLine, StaffInvited
from event_contracts.people import FirmRef, LadderPolicy, Language, Person, Right
from event_contracts.plans import PlanPublished, PlanRecipient
from notifier_service.previews.schemas import PreviewIn
from service_kit.ids import new_id

AT = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)
FIRM = FirmRef(firm_id=new_id(), name="Cabinet Martin", language=Language.FR)
LUC = Person(given_name="Luc", family_name="Petit", email="luc@example.com", phone="+32470123456", language=Language.NL)
POLICY = LadderPolicy(offsets=(timedelta(days=7), timedelta(days=30)))
LEA = Addressee("Léa", "Dupont", Language.EN)


def offered() -> list[PlannedMail]:
    event = GrantOffered(
        grant_id=new_id(),
        dossier_id=new_id(),
        dossier_name="Famille Dupont",
        firm=FIRM,
        person=LUC,
        role="family",
        right=Right.WRITE,
        granted_by="Anne Martin",
        custom_text="Bonjour,\nà lundi",
        policy=POLICY,
    )
    return mails_of_offer(event, AT)


def invited() -> list[PlannedMail]:
    event = StaffInvited(
        membership_id=new_id(), firm=FIRM, person=LUC, role="accountant", invited_by="Anne Martin", policy=POLICY
    )
    return mails_of_offer(event, AT)


def told(audience: NoticeAudience) -> PlannedMail:
    lines = tuple(
        NoticeLine(
            kind=kind,
            at=AT,
            dossier_id=new_id(),
            dossier_name="Famille Dupont",
            offer_id=new_id(),
            person_name="Luc Petit",
            role="family",
            right=Right.READ,
            by="Anne Martin",
            reason="Fin de mission",
        )
        for kind in NoticeKind
    )
    event = NoticeIssued(notice_id=new_id(), audience=audience, account_id=new_id(), firm=FIRM, lines=lines)
    return mail_of_notice(event, LEA)


def published() -> PlannedMail:
    event = PlanPublished(
        plan_id=new_id(),
        dossier_id=new_id(),
        publication_id=new_id(),
        version=3,
        title="Pension",
        dossier_name="Famille Dupont",
        firm=FIRM,
        published_by="Anne Martin",
        custom_text="Bonjour,\nà lundi",
        recipients=(PlanRecipient(grant_id=new_id(), account_id=new_id()),),
    )
    return mail_of_publication(event, LEA)


@pytest.mark.parametrize(
    "mail", [*offered(), *invited(), *map(told, NoticeAudience), published()], ids=lambda mail: mail.template
)
def test_notifier_takes_what_dossier_gives(mail: PlannedMail) -> None:
    preview = PlannedMailOut.of(mail).preview

    wish = PreviewIn.model_validate_json(json.dumps(preview.model_dump(mode="json")))

    assert (wish.firm_id, wish.template, wish.language) == (FIRM.firm_id, mail.template, mail.to.language)
    assert wish.parameters.firm_name == "Cabinet Martin"
