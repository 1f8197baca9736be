"""Which sections a dossier has and for whom: modules are chosen at set-up, for outside parties only (A8, P1)."""

from dataclasses import replace
from typing import Any

import pytest
from dossier_service.access.domain import A7, MODULES, STAFF_PARTIES, Action, Section
from dossier_service.dossiers.domain import checked_modules, in_order, sections_for
from event_contracts.dossier import ClosedAccess
from service_kit.errors import Invalid

WITHOUT = MODULES - {Section.PLANS, Section.ASSET_INVENTORY}
EVERYBODY = [
    "manager",
    "team",
    "holder",
    "co_holder",
    "holder_read",
    "family_write",
    "family_read",
    "adviser_write",
    "adviser_read",
    "client_write",
    "client_read",
]


class TestTypedModules:
    @pytest.mark.parametrize(
        ("typed", "found"),
        [
            ([], frozenset()),
            (["plans"], {Section.PLANS}),
            (["plans", "reports", "plans"], {Section.PLANS, Section.REPORTS}),
            (sorted(MODULES), MODULES),
        ],
    )
    def test_p1_modules_are_chosen_in_any_order_and_number(self, typed: list[str], found: Any) -> None:
        assert checked_modules(typed) == found

    @pytest.mark.parametrize("text", ["timesheets", "Plans", " plans", "", "plan", "client-record", "x" * 100])
    def test_a8_a_module_that_does_not_exist_is_named(self, text: str) -> None:
        with pytest.raises(Invalid) as refused:
            checked_modules(["plans", text, "reports"])

        (field,) = refused.value.fields
        assert (refused.value.code, refused.value.rule) == ("module_unknown", "A8")
        assert (field.field, field.code, field.rule) == ("modules.1", "module_unknown", "A8")
        assert text[:50] in field.detail

    @pytest.mark.parametrize("text", ["client_record", "family_structure"])
    def test_a8_what_every_dossier_has_is_no_module(self, text: str) -> None:
        with pytest.raises(Invalid) as refused:
            checked_modules([text])

        assert "every dossier has" in refused.value.fields[0].detail

    def test_every_wrong_one_is_named_at_once(self) -> None:
        with pytest.raises(Invalid) as refused:
            checked_modules(["one", "plans", "two"])

        assert [field.field for field in refused.value.fields] == ["modules.0", "modules.2"]


class TestShownSections:
    @pytest.mark.parametrize("who", EVERYBODY)
    def test_a7_everybody_is_shown_what_they_may_read(self, everybody: Any, who: str) -> None:
        standing = everybody[who]

        shown = sections_for(standing)

        if standing.party in STAFF_PARTIES:
            assert shown == tuple(Section)
        else:
            column = {"adviser": "adviser", "client": "contact"}.get(standing.party, "family")
            right = standing.active_grant.right
            assert shown == tuple(s for s in Section if Action.READ in getattr(A7[s], column).by(right).actions)

    @pytest.mark.parametrize("who", EVERYBODY)
    def test_a8_a_module_left_out_is_absent_for_outside_parties_and_there_for_staff(
        self, everybody: Any, who: str
    ) -> None:
        whole, reduced = everybody[who], replace(everybody[who], modules=WITHOUT)

        gone = set(sections_for(whole)) - set(sections_for(reduced))

        assert gone == (set() if whole.is_staff else set(sections_for(whole)) & (MODULES - WITHOUT))

    def test_a8_with_no_module_at_all_a_holder_keeps_the_two_sections_of_every_dossier(self, everybody: Any) -> None:
        bare = replace(everybody["holder"], modules=frozenset())

        assert sections_for(bare) == (Section.CLIENT_RECORD, Section.FAMILY_STRUCTURE)

    @pytest.mark.parametrize("who", EVERYBODY)
    def test_a_closed_dossier_shows_the_same_sections_to_read(self, everybody: Any, who: str) -> None:
        closed = replace(everybody[who], closed=ClosedAccess.READ_ONLY)

        assert sections_for(closed) == sections_for(everybody[who])

    def test_they_are_listed_as_the_table_lists_them(self) -> None:
        assert in_order(reversed(list(Section))) == tuple(Section)
