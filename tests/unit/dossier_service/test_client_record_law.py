"""A7, client record: who reaches which part of it, and which of its fields are whose to write. No database."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from dossier_service.access.domain import GrantState
from dossier_service.clients.domain import FIELDS, FIRMS_OWN, ClientKind
from dossier_service.dossiers.people.domain import PersonRole
from dossier_service.records.client_record.domain import (
    CONTACT_WRITES,
    HOLDER_WRITES,
    ClientFacts,
    reach_of,
    refusal_to_write,
    why_not_born,
)
from event_contracts.people import Right

HERE, THERE, LEA, JO = UUID(int=11), UUID(int=12), UUID(int=8), UUID(int=13)
COMPANY, PERSON = ClientFacts(ClientKind.COMPANY), ClientFacts(ClientKind.PERSON)
NOTHING: frozenset[str] = frozenset()


class TestReach:
    @pytest.mark.parametrize("party", ["manager", "team"])
    def test_a7_staff_reach_everything(self, everybody: dict[str, Any], party: str) -> None:
        reach = reach_of(everybody[party], COMPANY)

        assert (reach.client, reach.writes, reach.of_person(JO)) == (True, frozenset(FIELDS), Right.WRITE)

    @pytest.mark.parametrize(
        ("role", "right", "client", "seen", "writes", "own"),
        [
            (PersonRole.HOLDER, Right.WRITE, PERSON, True, HOLDER_WRITES, Right.WRITE),
            (PersonRole.HOLDER, Right.READ, PERSON, True, NOTHING, Right.READ),
            (PersonRole.HOLDER, Right.WRITE, COMPANY, False, NOTHING, Right.WRITE),
            (PersonRole.CO_HOLDER, Right.WRITE, PERSON, True, NOTHING, Right.WRITE),
            (PersonRole.FAMILY, Right.WRITE, PERSON, False, NOTHING, Right.WRITE),
            (PersonRole.FAMILY, Right.READ, PERSON, False, NOTHING, Right.READ),
            (PersonRole.ADVISER, Right.WRITE, PERSON, False, NOTHING, None),
            (PersonRole.CLIENT, Right.WRITE, COMPANY, True, CONTACT_WRITES, None),
            (PersonRole.CLIENT, Right.READ, COMPANY, True, NOTHING, None),
        ],
    )
    def test_a7_everybody_else_reaches_their_own(
        self,
        standing_with: Any,
        grant_with: Any,
        role: PersonRole,
        right: Right,
        client: ClientFacts,
        seen: bool,
        writes: frozenset[str],
        own: Right | None,
    ) -> None:
        reach = reach_of(standing_with(grants=(grant_with(role=role, right=right),)), client)

        assert (reach.client, reach.writes, reach.of_person(LEA)) == (seen, writes, own)
        assert (reach.of_person(JO), reach.is_nothing) == (None, role is PersonRole.ADVISER)

    @pytest.mark.parametrize(
        ("limited_to", "branch", "seen"),
        [(None, None, True), (None, HERE, True), (HERE, None, True), (HERE, HERE, True), (HERE, THERE, False)],
    )
    def test_a9_a_contact_limited_to_a_branch_reaches_a_company_of_that_branch(
        self, standing_with: Any, grant_with: Any, limited_to: UUID | None, branch: UUID | None, seen: bool
    ) -> None:
        grant = replace(grant_with(role=PersonRole.CLIENT, right=Right.WRITE), branch_id=limited_to)

        reach = reach_of(standing_with(grants=(grant,)), replace(COMPANY, branch_id=branch))

        assert (reach.client, reach.is_nothing, bool(reach.writes)) == (seen, not seen, seen)

    def test_a7_an_account_that_stands_for_two_writes_of_each_what_that_grant_allows(
        self, standing_with: Any, grant_with: Any
    ) -> None:
        own = grant_with(role=PersonRole.HOLDER, right=Right.READ)
        child = replace(grant_with(right=Right.WRITE, grant_id=UUID(int=14)), person_id=JO)

        reach = reach_of(standing_with(grants=(own, child)), PERSON)

        assert (reach.of_person(LEA), reach.of_person(JO), reach.writes) == (Right.READ, Right.WRITE, NOTHING)

    def test_a10_an_offered_grant_reaches_nothing(self, standing_with: Any, grant_with: Any) -> None:
        offered = grant_with(role=PersonRole.HOLDER, state=GrantState.OFFERED)

        assert reach_of(standing_with(grants=(offered,)), PERSON).is_nothing


class TestFields:
    def test_a7_what_the_firm_says_of_its_client_is_nobody_elses_to_change(self) -> None:
        assert not (CONTACT_WRITES | HOLDER_WRITES) & set(FIRMS_OWN)
        assert {"postal_address", "delivery_address", "phone", "fax", "website"} <= HOLDER_WRITES < CONTACT_WRITES
        assert {"company_name", "enterprise_number", "business_number", "customer_number"} <= CONTACT_WRITES

    @pytest.mark.parametrize("field", FIRMS_OWN)
    def test_a7_each_field_of_the_firm_is_named(self, standing_with: Any, grant_with: Any, field: str) -> None:
        contact = standing_with(grants=(grant_with(role=PersonRole.CLIENT, right=Right.WRITE),))

        refusal = refusal_to_write(reach_of(contact, COMPANY), {field, "website"})

        assert refusal is not None
        assert (refusal.code, refusal.rule) == ("field_of_firm", "A7")
        assert [error.field for error in refusal.fields] == [field]

    def test_a7_whoever_reaches_no_client_writes_none(self, everybody: dict[str, Any]) -> None:
        refusal = refusal_to_write(reach_of(everybody["family_write"], PERSON), set())

        assert refusal is not None
        assert (refusal.code, refusal.rule) == ("not_allowed", "A7")

    def test_a7_own_fields_are_written(self, everybody: dict[str, Any]) -> None:
        assert refusal_to_write(reach_of(everybody["holder"], PERSON), HOLDER_WRITES) is None
        assert refusal_to_write(reach_of(everybody["manager"], PERSON), FIELDS) is None


@pytest.mark.parametrize(
    ("born", "field"),
    [(None, None), (date(1960, 2, 29), None), (date(2026, 3, 3), None), (date(2026, 3, 4), "birth_date")],
)
def test_a_date_of_birth_is_not_in_the_future(born: date | None, field: str | None) -> None:
    wrong = why_not_born(born, date(2026, 3, 3))

    assert [error.field for error in wrong] == ([] if field is None else [field])
