"""A13, A14, I11: notifier learns from events who works for which firm, in any order, and refuses ended sessions."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from event_contracts.firms import StaffChanged, StaffJoined, StaffRemoved
from event_contracts.security import SessionEnded
from notifier_service.bootstrap import SERVICE
from notifier_service.staff.service import require_staff
from service_kit.errors import NotFound
from service_kit.ids import new_id
from service_kit.testing.events import arrived
from service_kit.testing.http import open_client
from service_kit.testing.tokens import TestIssuer

World = Any
FIRM, ACCOUNT, PLACE = new_id(), new_id(), new_id()


def joined(role: str, place: UUID = PLACE) -> StaffJoined:
    return StaffJoined(membership_id=place, firm_id=FIRM, account_id=ACCOUNT, role=role)


async def role_of(world: World, firm_id: UUID = FIRM) -> str | None:
    try:
        async with world.harness.transaction() as uow:
            return await require_staff(uow, ACCOUNT, firm_id)
    except NotFound:
        return None


async def test_a14_the_newest_word_on_a_place_counts_in_whatever_order_it_comes(world: World) -> None:
    first = arrived(joined("accountant"), sequence=1)
    second = arrived(
        StaffChanged(membership_id=PLACE, firm_id=FIRM, account_id=ACCOUNT, role="administrator"), sequence=2
    )

    await world.told(second)
    await world.told(first)

    assert await role_of(world) == "administrator"
    assert await role_of(world, new_id()) is None


async def test_a14_a_place_that_was_removed_before_it_was_heard_of_gives_nothing(world: World) -> None:
    await world.told(arrived(StaffRemoved(membership_id=PLACE, firm_id=FIRM), sequence=2))
    await world.told(arrived(joined("administrator"), sequence=1))

    assert await role_of(world) is None


async def test_a14_of_two_places_the_administrators_counts_and_a_role_nobody_knows_gives_nothing(world: World) -> None:
    await world.told(joined("janitor"))
    assert await role_of(world) is None

    await world.told(joined("accountant", new_id()), joined("administrator", new_id()))
    assert await role_of(world) == "administrator"


@pytest.mark.parametrize("path", ["mail-hold", "held-messages"])
async def test_i11_an_ended_session_is_refused_at_once_and_others_are_not(world: World, path: str) -> None:
    issuer, ended = TestIssuer(), new_id()
    await world.told(joined("administrator"))
    (row,) = await world.rows("SELECT now() AS now")
    over = SessionEnded(
        session_id=ended, account_id=ACCOUNT, reason="signed out", tokens_expire_at=row["now"] + timedelta(minutes=10)
    )
    async with open_client(
        SERVICE.routers, database=world.database, deps=world.harness.deps, verifier=issuer.verifier
    ) as client:
        url = f"/api/notifier/v1/firms/{FIRM}/{path}"
        before = await client.get(url, headers=issuer.headers_of(ACCOUNT, ended))
        await world.told(over, over)
        after = await client.get(url, headers=issuer.headers_of(ACCOUNT, ended))
        other = await client.get(url, headers=issuer.headers_of(ACCOUNT))

    assert (before.status_code, after.status_code, other.status_code) == (200, 401, 200)
    assert (after.json()["code"], after.json()["rule"]) == ("session_ended", "I11")
