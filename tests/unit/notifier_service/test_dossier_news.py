"""News of dossiers and plans: what the reader keeps of a closed dossier, who is in charge, what became of a change."""

import re
from datetime import UTC, datetime
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from event_contracts.dossier import ClosedAccess
from event_contracts.firms import NoticeKind
from event_contracts.people import Language
from notifier_service.messages.domain import NOTICES, Template
from notifier_service.templates.parameters import NoticeLineParameters, NoticeParameters, PlanParameters
from notifier_service.templates.render import Content, Renderer
from notifier_service.templates.values import BEYOND_ACCESS, Links

RENDERER = Renderer(Links("https://access.example"), ZoneInfo("Europe/Brussels"))
AT = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)
FR, NL, EN = Language.FR, Language.NL, Language.EN
WHEN = {FR: "1er juillet 2026 à 10:30", NL: "1 juli 2026 om 10:30", EN: "1 July 2026 at 10:30"}
DOSSIER = {FR: "ossier « Famille Dupont »", NL: "ossier ‘Famille Dupont’", EN: "ossier “Famille Dupont”"}
PLAN = {FR: "plan « Retraite »", NL: "plan ‘Retraite’", EN: "plan “Retraite”"}
READS = {FR: "Vous pouvez encore le lire", NL: "U kunt het nog lezen", EN: "You can still read it"}
ENDED = {
    FR: "Votre accès à ce dossier a pris fin",
    NL: "Uw toegang tot dit dossier is beëindigd",
    EN: "Your access to this dossier has ended",
}
REASON = {FR: "Motif", NL: "Reden", EN: "Reason"}
OF_CHANGES = [NoticeKind.CHANGE_SUBMITTED, NoticeKind.CHANGE_APPLIED, NoticeKind.CHANGE_REJECTED]
TOLD_WHEN_CLOSED = [Template.HOLDER_NOTICE, Template.PERSON_NOTICE]


def line(kind: NoticeKind, **changes: Any) -> NoticeLineParameters:
    values: dict[str, Any] = {"kind": kind, "at": AT, "dossier_name": "Famille Dupont", "by": "Anne Martin"}
    return NoticeLineParameters(**{**values, **changes})


def notice(template: Template, language: Language, *lines: NoticeLineParameters) -> Content:
    parameters = NoticeParameters(firm_name="Cabinet Martin", given_name="Léa", family_name="Dupont", lines=lines)
    return RENDERER.render(template, language, parameters, secret=None, created_at=AT)


def text(content: Content) -> str:
    return content.text.replace("\xa0", " ")


def plan(language: Language, **changes: Any) -> Content:
    values: dict[str, Any] = {
        "firm_name": "Cabinet Martin",
        "given_name": "Léa",
        "family_name": "Dupont",
        "dossier_name": "Famille Dupont",
        "plan_title": "Retraite",
        "version": 3,
        "published_by": "Anne Martin",
    }
    parameters = PlanParameters(**{**values, **changes})
    return RENDERER.render(Template.PLAN_PUBLISHED, language, parameters, secret=None, created_at=AT)


class TestClosing:
    """A closed dossier becomes read-only or ends for those outside; a holder reads in any case (A5)."""

    @pytest.mark.parametrize(("template", "language"), list(product(TOLD_WHEN_CLOSED, Language)))
    @pytest.mark.parametrize("access", [*ClosedAccess, None])
    def test_it_says_which_dossier_by_whom_when_and_what_the_reader_keeps(
        self, template: Template, language: Language, access: ClosedAccess | None
    ) -> None:
        told = text(notice(template, language, line(NoticeKind.CLOSED, closed_access=access)))

        for part in (DOSSIER[language], "Anne Martin", WHEN[language]):
            assert part in told
        assert (READS[language] in told) is (access is ClosedAccess.READ_ONLY)
        assert (ENDED[language] in told) is (access is ClosedAccess.ENDED)

    @pytest.mark.parametrize("language", Language)
    def test_only_whose_access_ended_is_not_sent_to_the_sign_in_page(self, language: Language) -> None:
        mails = {
            access: notice(Template.PERSON_NOTICE, language, line(NoticeKind.CLOSED, closed_access=access)).text
            for access in (*ClosedAccess, None)
        }

        assert {access for access, mail in mails.items() if "/sign-in" not in mail} == {ClosedAccess.ENDED}

    @pytest.mark.parametrize("language", Language)
    def test_whose_access_ended_in_one_dossier_of_two_may_sign_in(self, language: Language) -> None:
        lines = [line(NoticeKind.CLOSED, closed_access=access) for access in ClosedAccess]

        assert "/sign-in" in notice(Template.PERSON_NOTICE, language, *lines).text

    @pytest.mark.parametrize(
        ("language", "closed", "open_again", "back"),
        [
            (FR, "est clôturé", "est rouvert", "Votre accès est celui d’avant"),
            (NL, "is afgesloten", "is heropend", "Uw toegang is zoals vóór"),
            (EN, "is closed", "is open again", "Your access is as it was"),
        ],
    )
    @pytest.mark.parametrize("template", TOLD_WHEN_CLOSED)
    def test_a_reopened_dossier_is_as_before(
        self, template: Template, language: Language, closed: str, open_again: str, back: str
    ) -> None:
        told = text(notice(template, language, line(NoticeKind.REOPENED, closed_access=ClosedAccess.ENDED)))
        staff = text(notice(template, language, line(NoticeKind.REOPENED)))

        assert open_again in told
        assert closed not in told
        assert back in told
        assert back not in staff
        assert ENDED[language] not in told
        assert "/sign-in" in told

    @pytest.mark.parametrize(
        ("kind", "language", "subject"),
        [
            (NoticeKind.CLOSED, FR, "Votre dossier chez Cabinet Martin est clôturé"),
            (NoticeKind.CLOSED, NL, "Uw dossier bij Cabinet Martin is afgesloten"),
            (NoticeKind.CLOSED, EN, "Your dossier at Cabinet Martin is closed"),
            (NoticeKind.REOPENED, FR, "Votre dossier chez Cabinet Martin est rouvert"),
            (NoticeKind.REOPENED, NL, "Uw dossier bij Cabinet Martin is heropend"),
            (NoticeKind.REOPENED, EN, "Your dossier at Cabinet Martin is open again"),
        ],
    )
    def test_the_holder_reads_it_in_the_subject(self, kind: NoticeKind, language: Language, subject: str) -> None:
        assert notice(Template.HOLDER_NOTICE, language, line(kind)).subject == subject


class TestHandover:
    """An administrator hands a dossier to another manager (A1)."""

    @pytest.mark.parametrize(
        ("language", "told", "subject"),
        [
            (FR, "Le dossier « Famille Dupont » vous est confié", "Vous gérez désormais Famille Dupont"),
            (NL, "Dossier ‘Famille Dupont’ is aan u toevertrouwd", "U beheert voortaan Famille Dupont"),
            (EN, "You are now in charge of the dossier “Famille Dupont”", "You now manage Famille Dupont"),
        ],
    )
    def test_the_new_manager_hears_which_dossier_from_whom_and_why(
        self, language: Language, told: str, subject: str
    ) -> None:
        content = notice(Template.MANAGER_NOTICE, language, line(NoticeKind.HANDED_OVER, reason="Congé de Paul"))

        assert content.subject == subject
        (listed,) = [row for row in text(content).splitlines() if row.startswith("- ")]
        for part in (told, "Anne Martin", WHEN[language]):
            assert part in listed
        assert re.search(rf"{REASON[language]} ?: Congé de Paul$", listed)

    @pytest.mark.parametrize("language", Language)
    def test_all_of_a_managers_dossiers_make_one_mail(self, language: Language) -> None:
        lines = [line(NoticeKind.HANDED_OVER, dossier_name=f"Famille {n}") for n in range(12)]
        content = notice(Template.MANAGER_NOTICE, language, *lines)

        assert content.subject.startswith("12 ")
        assert all(f"Famille {n}" in content.text for n in range(12))


class TestChanges:
    """A client submits a change to a plan; the manager applies or rejects it (P3)."""

    @pytest.mark.parametrize(
        ("language", "subject"),
        [(FR, "modification soumise"), (NL, "wijziging ingediend"), (EN, "change submitted")],
    )
    def test_the_manager_hears_who_submitted_a_change_to_which_plan(self, language: Language, subject: str) -> None:
        submitted = line(
            NoticeKind.CHANGE_SUBMITTED, person_name="Léa Dupont", role="client", plan_title="Retraite", by="Léa Dupont"
        )
        content = notice(Template.MANAGER_NOTICE, language, submitted)
        (listed,) = [row for row in text(content).splitlines() if row.startswith("- ")]

        assert "Léa Dupont" in content.subject
        assert subject in content.subject
        assert listed.startswith("- Léa Dupont (contact")
        assert listed.count("Léa Dupont") == 1
        for part in (PLAN[language], DOSSIER[language], WHEN[language]):
            assert part in listed

    @pytest.mark.parametrize(
        ("kind", "language", "subject", "told"),
        [
            (NoticeKind.CHANGE_APPLIED, FR, "a appliqué votre modification", "a été appliquée"),
            (NoticeKind.CHANGE_APPLIED, NL, "heeft uw wijziging toegepast", "werd toegepast"),
            (NoticeKind.CHANGE_APPLIED, EN, "has applied your change", "was applied"),
            (NoticeKind.CHANGE_REJECTED, FR, "n’a pas retenu votre modification", "n’a pas été retenue"),
            (NoticeKind.CHANGE_REJECTED, NL, "heeft uw wijziging niet aanvaard", "werd niet aanvaard"),
            (NoticeKind.CHANGE_REJECTED, EN, "has not accepted your change", "was not accepted"),
        ],
    )
    def test_the_client_hears_what_became_of_it_and_why(
        self, kind: NoticeKind, language: Language, subject: str, told: str
    ) -> None:
        content = notice(
            Template.PERSON_NOTICE, language, line(kind, plan_title="Retraite", reason="Déjà prévu\n<b>en 2027</b>")
        )

        assert content.subject == f"Cabinet Martin {subject}"
        for part in (told, PLAN[language], DOSSIER[language], "Anne Martin", WHEN[language]):
            assert part in text(content)
        assert f"{REASON[language]}\n> Déjà prévu\n> <b>en 2027</b>" in content.text
        assert "&lt;b&gt;en 2027&lt;/b&gt;" in (content.html or "")

    @pytest.mark.parametrize(("kind", "language"), list(product(OF_CHANGES, Language)))
    def test_without_a_title_it_is_a_plan_still(self, kind: NoticeKind, language: Language) -> None:
        told = text(notice(Template.PERSON_NOTICE, language, line(kind)))

        assert {FR: "d’un plan,", NL: "van een plan", EN: "to a plan,"}[language] in told


class TestSubjects:
    @pytest.mark.parametrize(("template", "language"), list(product(sorted(NOTICES), Language)))
    def test_news_of_a_dossier_is_never_called_a_change_of_access(self, template: Template, language: Language) -> None:
        mixed = [line(NoticeKind.CLOSED), line(NoticeKind.OFFERED)]
        for lines in (*[[line(kind)] for kind in sorted(BEYOND_ACCESS)], mixed):
            content = notice(template, language, *lines)

            title = content.text.splitlines()[0]
            assert title == content.subject
            assert not re.search(r"accès|toegang|access", content.subject)

    @pytest.mark.parametrize("language", Language)
    def test_several_news_are_counted_for_the_person_too(self, language: Language) -> None:
        lines = [line(NoticeKind.CLOSED), line(NoticeKind.CHANGE_REJECTED, reason="x")]

        assert notice(Template.PERSON_NOTICE, language, *lines).subject.startswith("2 ")

    @pytest.mark.parametrize("language", Language)
    @pytest.mark.parametrize("kind", sorted(BEYOND_ACCESS))
    def test_outsiders_read_no_name_of_a_dossier_or_a_plan_in_a_subject(
        self, kind: NoticeKind, language: Language
    ) -> None:
        for template in TOLD_WHEN_CLOSED:
            subject = notice(template, language, line(kind, plan_title="Retraite")).subject

            assert not re.search("Famille Dupont|Retraite", subject)


class TestPlanPublished:
    """Each recipient is told by a mail (P2) with the publisher's own words as plain lines (M2)."""

    @pytest.mark.parametrize("language", Language)
    def test_it_says_which_plan_of_which_dossier_by_whom_and_when(self, language: Language) -> None:
        told = text(plan(language))

        title = {FR: "Retraite, version 3", NL: "Retraite, versie 3", EN: "Retraite, version 3"}[language]
        by = {FR: "Anne Martin, de Cabinet", NL: "Anne Martin, van Cabinet", EN: "Anne Martin, of Cabinet"}[language]
        for part in (f"- {title} (d{DOSSIER[language]})", by, WHEN[language], "https://access.example/sign-in"):
            assert part in told

    @pytest.mark.parametrize(
        ("language", "subject"),
        [
            (FR, "Cabinet Martin a publié un plan pour vous"),
            (NL, "Cabinet Martin heeft een plan voor u gepubliceerd"),
            (EN, "Cabinet Martin has published a plan for you"),
        ],
    )
    def test_the_subject_names_the_firm_and_no_plan(self, language: Language, subject: str) -> None:
        assert plan(language).subject == subject

    @pytest.mark.parametrize("language", Language)
    def test_own_words_stay_plain_lines_and_none_leave_no_gap(self, language: Language) -> None:
        content = plan(language, custom_text="Bonjour <b>Léa</b>\nhttps://evil.example")

        assert "> Bonjour <b>Léa</b>\n> https://evil.example" in content.text
        assert "Bonjour &lt;b&gt;Léa&lt;/b&gt;<br>" in (content.html or "")
        assert "blockquote" not in (plan(language).html or "")
