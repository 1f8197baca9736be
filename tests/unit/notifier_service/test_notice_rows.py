"""What becomes a row of a notice or a published plan: every value a mail needs, and none that could harm it (M2)."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from event_contracts.dossier import ClosedAccess
from event_contracts.firms import NoticeAudience, NoticeIssued, NoticeKind, NoticeLine
from event_contracts.people import FirmRef, Language, Right
from event_contracts.plans import PlanPublished, PlanRecipient
from notifier_service.messages.domain import Template, UnsafeText, erasure_of, portal_user_of
from notifier_service.messages.notices import grants_of, notice_row, plan_row
from notifier_service.templates.parameters import PARAMETERS, NoticeParameters, PlanParameters
from service_kit.ids import new_id
from service_kit.testing.events import arrived

FIRM = FirmRef(firm_id=new_id(), name="Kantoor Martin", language=Language.NL)
AT = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)
LEA = new_id()
BREAK = "a\r\nBcc: all@example.com"


def row_of_notice(**changes: Any) -> dict[str, Any]:
    values = {"kind": NoticeKind.CHANGE_REJECTED, "at": AT, "dossier_name": "Famille Dupont", **changes}
    event = NoticeIssued(
        notice_id=new_id(),
        audience=NoticeAudience.PERSON,
        account_id=LEA,
        firm=FIRM,
        lines=(NoticeLine.model_validate(values),),
    )
    return notice_row(arrived(event), new_id())


def published(*recipients: PlanRecipient, **changes: Any) -> PlanPublished:
    values: dict[str, Any] = {
        "publication_id": new_id(),
        "plan_id": new_id(),
        "dossier_id": new_id(),
        "version": 2,
        "title": "Retraite",
        "dossier_name": "Famille Dupont",
        "firm": FIRM,
        "published_by": "Anne Petit",
        "recipients": recipients,
    }
    return PlanPublished(**{**values, **changes})


def row_of_plan(*grants: UUID, **changes: Any) -> dict[str, Any]:
    return plan_row(arrived(published(**changes)), new_id(), LEA, grants or (new_id(),))


class TestNotices:
    def test_a_line_keeps_all_that_the_event_says_of_it(self) -> None:
        said = {
            "person_name": "Luc Petit",
            "role": "client",
            "right": Right.READ,
            "previous_right": Right.WRITE,
            "by": "Anne Petit",
            "reason": "Parce que",
            "plan_title": "Retraite",
            "closed_access": ClosedAccess.READ_ONLY,
        }
        stored = PARAMETERS.validate_python(row_of_notice(**said)["parameters"])

        assert isinstance(stored, NoticeParameters)
        (line,) = stored.lines
        assert {name: getattr(line, name) for name in said} == said

    def test_a_line_stored_by_an_older_release_is_read_still(self) -> None:
        parameters = row_of_notice()["parameters"]
        for name in ("plan_title", "closed_access"):
            del parameters["lines"][0][name]

        stored = PARAMETERS.validate_python(parameters)

        assert isinstance(stored, NoticeParameters)
        assert (stored.lines[0].plan_title, stored.lines[0].closed_access) == (None, None)

    @pytest.mark.parametrize("field", ["plan_title", "dossier_name", "person_name", "role", "by"])
    def test_a_line_break_is_refused_by_its_field(self, field: str) -> None:
        with pytest.raises(UnsafeText, match=rf"^line\.{field} "):
            row_of_notice(**{field: BREAK})


class TestPlans:
    def test_who_has_two_grants_is_one_recipient_and_the_others_stay_in_order(self) -> None:
        lea, luc, again = (PlanRecipient(grant_id=new_id(), account_id=account) for account in (LEA, new_id(), LEA))

        found = grants_of(published(lea, luc, again))

        assert list(found.items()) == [(LEA, [lea.grant_id, again.grant_id]), (luc.account_id, [luc.grant_id])]

    def test_it_goes_to_the_account_in_the_firms_language_until_its_own_is_known(self) -> None:
        row = row_of_plan()

        assert (row["template"], row["account_id"], row["firm_id"]) == (Template.PLAN_PUBLISHED, LEA, FIRM.firm_id)
        assert (row["to_account"], row["recipient"], row["language"]) == (True, None, Language.NL)
        assert row["asked_anew"] is False

    def test_the_end_of_the_one_grant_or_being_kept_out_makes_it_unwanted(self) -> None:
        one, other, kept_out = new_id(), new_id(), portal_user_of(FIRM.firm_id, LEA)

        assert row_of_plan(one)["concerns"] == [one, kept_out, erasure_of(LEA)]
        assert row_of_plan(one, other)["concerns"] == [kept_out, erasure_of(LEA)]
        assert row_of_plan(one, other)["offer_ids"] == [one, other]

    def test_one_publication_and_account_make_one_mail(self) -> None:
        """The natural key: what is said again, under whatever id, is the same mail (M4)."""
        publication, grant = new_id(), new_id()
        keys = [row_of_plan(grant, publication_id=publication)["dedup_key"] for _ in range(2)]
        others = [row_of_plan(grant)["dedup_key"], row_of_plan(grant)["dedup_key"]]

        assert keys[0] == keys[1]
        assert len({keys[0], *others}) == 3

    def test_own_words_lose_what_could_pose_as_something_else(self) -> None:
        row = row_of_plan(custom_text="  Bonjour\r\nLéa\x1b[31m\u202e <b>x</b>\x00  ")

        stored = PARAMETERS.validate_python(row["parameters"])
        assert isinstance(stored, PlanParameters)
        assert stored.custom_text == "Bonjour\nLéa[31m <b>x</b>"

    @pytest.mark.parametrize("field", ["title", "dossier_name", "published_by"])
    def test_a_line_break_is_refused_by_its_field(self, field: str) -> None:
        with pytest.raises(UnsafeText, match=f"^{field} "):
            row_of_plan(**{field: BREAK})
