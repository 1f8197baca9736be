"""What a firm tells holders, managers and people: each line says who, what, which right, where, by whom, when (A12)."""

from datetime import UTC, datetime
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from event_contracts.firms import NoticeKind
from event_contracts.people import Language, OfferKind, Right
from notifier_service.messages.domain import Template
from notifier_service.templates.parameters import (
    AccessParameters,
    NoticeLineParameters,
    NoticeParameters,
    OfferLine,
)
from notifier_service.templates.render import Content, Renderer
from notifier_service.templates.values import Links

RENDERER = Renderer(Links("https://access.example"), ZoneInfo("Europe/Brussels"))
AT = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)
WHEN = {
    Language.FR: "1er juillet 2026 à 10:30 (heure d’été d’Europe centrale)",
    Language.NL: "1 juli 2026 om 10:30 (Midden-Europese zomertijd)",
    Language.EN: "1 July 2026 at 10:30 (Central European Summer Time)",
}
RIGHTS = {
    Language.FR: ("(lecture)", "(lecture et modification)"),
    Language.NL: ("(lezen)", "(lezen en wijzigen)"),
    Language.EN: ("(read)", "(read and edit)"),
}
ROLES = {
    Language.FR: {
        "holder": "titulaire",
        "co_holder": "cotitulaire",
        "family": "membre de la famille",
        "adviser": "conseiller externe",
        "client": "contact",
    },
    Language.NL: {
        "holder": "titularis",
        "co_holder": "medetitularis",
        "family": "familielid",
        "adviser": "externe adviseur",
        "client": "contactpersoon",
    },
    Language.EN: {
        "holder": "holder",
        "co_holder": "co-holder",
        "family": "family member",
        "adviser": "external adviser",
        "client": "contact",
    },
}
ABOUT_A_DOSSIER = [
    NoticeKind.OFFERED,
    NoticeKind.CHANGED,
    NoticeKind.WITHDRAWN,
    NoticeKind.ACTIVATED,
    NoticeKind.DECLINED,
    NoticeKind.LAPSED,
    NoticeKind.LEFT,
    NoticeKind.UNDELIVERABLE,
    NoticeKind.NOT_JOINED,
]
ABOUT_THE_READER = [NoticeKind.DEACTIVATED, NoticeKind.REACTIVATED, NoticeKind.CONTACT_DIFFERS]


def line(kind: NoticeKind, **changes: Any) -> NoticeLineParameters:
    values: dict[str, Any] = {
        "kind": kind,
        "at": AT,
        "dossier_name": "Famille Dupont",
        "person_name": "Luc Petit",
        "role": "family",
        "right": Right.WRITE,
        "by": "Anne Martin",
    }
    return NoticeLineParameters(**{**values, **changes})


def notice(template: Template, language: Language, *lines: NoticeLineParameters) -> Content:
    parameters = NoticeParameters(firm_name="Cabinet Martin", given_name="Léa", family_name="Dupont", lines=lines)
    return RENDERER.render(template, language, parameters, secret=None, created_at=AT)


def listed(content: Content) -> list[str]:
    return [text.removeprefix("- ") for text in content.text.splitlines() if text.startswith("- ")]


class TestLines:
    @pytest.mark.parametrize(("kind", "language"), list(product(ABOUT_A_DOSSIER, Language)))
    def test_a_line_says_who_what_right_dossier_by_whom_and_when(self, kind: NoticeKind, language: Language) -> None:
        (told,) = listed(notice(Template.HOLDER_NOTICE, language, line(kind)))

        who = f"Luc Petit ({ROLES[language]['family']})"
        for part in (who, "Famille Dupont", RIGHTS[language][1], "Anne Martin", WHEN[language]):
            assert part in told

    @pytest.mark.parametrize("language", Language)
    def test_every_kind_is_told_in_words_of_its_own(self, language: Language) -> None:
        told = listed(notice(Template.MANAGER_NOTICE, language, *map(line, NoticeKind)))
        subjects = {notice(Template.MANAGER_NOTICE, language, line(kind)).subject for kind in NoticeKind}

        assert len(set(told)) == len(subjects) == len(NoticeKind)

    @pytest.mark.parametrize("language", Language)
    def test_a_change_says_what_was_before(self, language: Language) -> None:
        read, write = RIGHTS[language]
        (told,) = listed(notice(Template.HOLDER_NOTICE, language, line(NoticeKind.CHANGED, previous_right=Right.READ)))

        before = read.strip("()")
        assert told.index(before) < told.index(write)

    @pytest.mark.parametrize("language", Language)
    def test_what_people_do_themselves_is_not_said_to_be_done_by_them(self, language: Language) -> None:
        (told,) = listed(notice(Template.MANAGER_NOTICE, language, line(NoticeKind.DECLINED, by="Luc Petit")))

        assert told.count("Luc Petit") == 1

    @pytest.mark.parametrize("language", Language)
    def test_the_mail_servers_words_are_given_as_the_reason(self, language: Language) -> None:
        undeliverable = line(NoticeKind.UNDELIVERABLE, by=None, reason="550 5.1.1 no such mailbox")
        (told,) = listed(notice(Template.MANAGER_NOTICE, language, undeliverable))

        assert told.endswith("550 5.1.1 no such mailbox")
        assert WHEN[language] in told

    @pytest.mark.parametrize(("kind", "language"), list(product(NoticeKind, Language)))
    def test_a_line_that_knows_little_is_a_whole_sentence_still(self, kind: NoticeKind, language: Language) -> None:
        bare = NoticeLineParameters(kind=kind, at=AT)
        (told,) = listed(notice(Template.MANAGER_NOTICE, language, bare))

        assert told[0].isupper()
        assert "None" not in told
        assert "()" not in told
        assert "Cabinet Martin" in told

    @pytest.mark.parametrize(("role", "language"), list(product(ROLES[Language.EN], Language)))
    def test_roles_are_in_the_readers_language(self, role: str, language: Language) -> None:
        (told,) = listed(notice(Template.HOLDER_NOTICE, language, line(NoticeKind.OFFERED, role=role)))

        assert f"({ROLES[language][role]})" in told

    def test_a_role_without_a_word_is_left_out(self) -> None:
        (told,) = listed(notice(Template.HOLDER_NOTICE, Language.FR, line(NoticeKind.OFFERED, role="soothsayer")))

        assert "soothsayer" not in told


class TestPlurals:
    @pytest.mark.parametrize(
        ("template", "language", "one", "two", "twelve"),
        [
            (Template.HOLDER_NOTICE, Language.FR, "Changement d’accès", "2 changements d’accès", "12 changements"),
            (Template.HOLDER_NOTICE, Language.NL, "Gewijzigde toegang", "2 wijzigingen", "12 wijzigingen"),
            (Template.HOLDER_NOTICE, Language.EN, "Changed access", "2 changes of access", "12 changes"),
            (Template.MANAGER_NOTICE, Language.FR, "Luc Petit", "2 nouvelles", "12 nouvelles"),
            (Template.MANAGER_NOTICE, Language.NL, "Luc Petit", "2 berichten", "12 berichten"),
            (Template.MANAGER_NOTICE, Language.EN, "Luc Petit", "2 news items", "12 news items"),
        ],
    )
    def test_one_line_two_lines_and_many(
        self, template: Template, language: Language, one: str, two: str, twelve: str
    ) -> None:
        for count, start in ((1, one), (2, two), (12, twelve)):
            content = notice(template, language, *[line(NoticeKind.OFFERED)] * count)

            assert content.subject.startswith(start)
            assert len(listed(content)) == count

    @pytest.mark.parametrize(
        ("language", "words"),
        [
            (Language.FR, ["son espace d’équipe", "un dossier", "2 dossiers", "21 dossiers"]),
            (Language.NL, ["de teamomgeving", "een dossier", "2 dossiers", "21 dossiers"]),
            (Language.EN, ["its team space", "a dossier", "2 dossiers", "21 dossiers"]),
        ],
    )
    @pytest.mark.parametrize("template", [Template.INVITATION_FIRST, Template.SIGN_IN_INFORMATION])
    def test_no_dossier_one_two_and_many(self, template: Template, language: Language, words: list[str]) -> None:
        for count, expected in zip((0, 1, 2, 21), words, strict=True):
            dossiers = [OfferLine(kind=OfferKind.DOSSIER, dossier_name=f"D{n}", right=Right.READ) for n in range(count)]
            parameters = AccessParameters(
                firm_name="Cabinet Martin",
                given_name="Léa",
                family_name="Dupont",
                user_name="lea",
                granted_by="Anne Martin",
                offers=tuple(dossiers) or (OfferLine(kind=OfferKind.FIRM, staff_role="accountant"),),
                expires_at=AT,
            )

            content = RENDERER.render(template, language, parameters, secret="t", created_at=AT)

            assert f" {expected}:" in content.text.replace("\xa0:", ":")


class TestThePersonItIsAbout:
    @pytest.mark.parametrize(("kind", "language"), list(product(ABOUT_THE_READER, Language)))
    def test_the_reader_is_addressed_and_told_by_whom_and_when(self, kind: NoticeKind, language: Language) -> None:
        about = line(kind, person_name="Léa Dupont", dossier_name=None, role=None, right=None)
        content = notice(Template.PERSON_NOTICE, language, about)

        assert content.subject.startswith("Cabinet Martin")
        assert "Anne Martin" in content.text
        assert WHEN[language] in content.text
        assert content.text.count("Léa Dupont") == 1

    @pytest.mark.parametrize(
        ("language", "heading"), [(Language.FR, "Motif"), (Language.NL, "Reden"), (Language.EN, "Reason")]
    )
    def test_the_reason_of_a_suspension_is_quoted_line_by_line(self, language: Language, heading: str) -> None:
        about = line(NoticeKind.DEACTIVATED, reason="Fin de mission\n<b>voir</b> contrat")
        content = notice(Template.PERSON_NOTICE, language, about)

        assert f"{heading}\n> Fin de mission\n> <b>voir</b> contrat" in content.text
        assert "&lt;b&gt;voir&lt;/b&gt;" in (content.html or "")

    @pytest.mark.parametrize("language", Language)
    def test_who_is_kept_out_is_not_sent_to_the_sign_in_page(self, language: Language) -> None:
        suspended = notice(Template.PERSON_NOTICE, language, line(NoticeKind.DEACTIVATED))
        restored = notice(Template.PERSON_NOTICE, language, line(NoticeKind.REACTIVATED))

        assert "/sign-in" not in suspended.text
        assert "/sign-in" in restored.text
