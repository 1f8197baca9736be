"""Grants that end by their person's own word or by time: declined, left, erased, lapsed (A5, A10, I5, I13)."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from dossier_service.access.grants.housekeeping import keep_house, lapse_some
from event_contracts.dossier import GrantActivated, GrantDeclined, GrantLapsed, GrantWithdrawn
from event_contracts.identity import (
    AccessLeft,
    AccountErased,
    AccountState,
    InvitationDeclined,
    InvitationExpired,
    InvitationExtended,
)
from event_contracts.people import LadderKey
from service_kit.ids import new_id
from service_kit.testing.clock import set_app_now
from service_kit.testing.events import arrived
from service_kit.testing.waiting import eventually


class Granted:
    """One person's grant on a dossier of an office, by role, with the account behind it."""

    def __init__(self, world: Any, office: Any, dossier: Any, grant_id: str) -> None:
        self.world, self.office, self.dossier, self.grant_id = world, office, dossier, grant_id
        self.person = world.somebody()
        self.invitation_id = new_id()

    @property
    def ladder(self) -> LadderKey:
        return LadderKey(kind="invitation", subject_id=self.person.account_id, firm_id=self.office.firm_id, epoch=1)

    def linked(self, state: AccountState = AccountState.PENDING) -> Any:
        return self.world.linked(self.grant_id, self.person.account_id, state, invitation_id=self.invitation_id)

    def declined(self, **changes: Any) -> InvitationDeclined:
        return InvitationDeclined(**{**self.ended(), **changes})

    def expired(self) -> InvitationExpired:
        return InvitationExpired(**self.ended())

    def ended(self) -> dict[str, Any]:
        return {
            "invitation_id": self.invitation_id,
            "account_id": self.person.account_id,
            "firm_id": self.office.firm_id,
            "offer_ids": (UUID(self.grant_id), new_id()),
            "ladder": self.ladder,
        }

    def left(self, **changes: Any) -> AccessLeft:
        values = {"offer_id": self.grant_id, "account_id": self.person.account_id, "firm_id": self.office.firm_id}
        return AccessLeft(**{**values, **changes})

    async def state(self) -> str:
        return str(await self.world.grant_state(self.grant_id))


@pytest.fixture(params=["holder", "family"])
def role(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def granted(world: Any, role: str) -> Granted:
    office = await world.office()
    dossier = await world.dossier(office)
    person_id = dossier.holder_id if role == "holder" else dossier.child_id
    body = {"person_id": person_id, "right": "write", "contact_confirmed": True, "custom_text": "Bonjour"}
    grant = await office.accountant.made(dossier.path + "/grants", body)
    return Granted(world, office, dossier, grant["id"])


@pytest.mark.parametrize("linked", [True, False])
async def test_i5_a_declined_offer_ends_once_however_often_it_is_said(
    world: Any, granted: Granted, linked: bool
) -> None:
    if linked:
        await world.told(granted.linked())

    await world.told(granted.declined(), granted.declined())

    assert await granted.state() == "declined"
    (said,) = await world.harness.said(GrantDeclined)
    assert (str(said.grant_id), said.account_id) == (granted.grant_id, granted.person.account_id)
    (row,) = await world.rows("SELECT custom_text, ended_at FROM access_grant")
    assert (row["custom_text"], row["ended_at"] is not None) == (None, True)
    entries = await world.rows("SELECT actor_id, rule FROM journal WHERE action = 'grant_declined'")
    assert entries == [{"actor_id": granted.person.account_id, "rule": "I5"}]


async def test_a10_a_declined_offer_is_never_activated_and_blocks_no_new_one(world: Any, granted: Granted) -> None:
    await world.told(granted.declined(), granted.linked(), world.activated(granted.person.account_id))
    person_id = (await world.rows("SELECT person_id FROM access_grant"))[0]["person_id"]
    body = {"person_id": str(person_id), "right": "read", "contact_confirmed": True}

    anew = await granted.office.accountant.post(granted.dossier.path + "/grants", body)

    assert anew.status_code == 201, anew.text
    assert await granted.state() == "declined"
    assert await world.harness.said(GrantActivated) == []


async def test_a13_another_firms_word_or_another_accounts_declines_nothing(world: Any, granted: Granted) -> None:
    await world.told(granted.linked())

    await world.told(
        granted.declined(firm_id=new_id()),
        granted.declined(account_id=new_id()),
        granted.left(account_id=new_id()),
        granted.left(offer_id=new_id()),
    )

    assert await granted.state() == "offered"
    assert await world.harness.said(GrantDeclined) == []


async def test_i5_a_decline_that_an_activation_overtook_leaves_no_access(world: Any, granted: Granted) -> None:
    await world.told(granted.linked(), world.activated(granted.person.account_id))

    await world.told(granted.declined(), granted.declined())

    assert await granted.state() == "withdrawn"
    assert (await granted.person.get(granted.dossier.path)).status_code == 404
    (withdrawn,) = await world.harness.said(GrantWithdrawn)
    assert withdrawn.account_id == granted.person.account_id
    assert await world.harness.said(GrantDeclined) == []


@pytest.mark.parametrize("way", ["message", "http"])
async def test_a5_i13_everybody_may_leave_a_holder_too(world: Any, granted: Granted, way: str) -> None:
    await world.told(granted.linked(AccountState.ACTIVE))

    if way == "message":
        await world.told(granted.left(), granted.left())
    else:
        answer = await granted.person.post(f"/my{granted.dossier.path}/leave")
        again = await granted.person.post(f"/my{granted.dossier.path}/leave")
        assert (answer.status_code, again.status_code) == (204, 404)

    assert await granted.state() == "withdrawn"
    assert (await granted.person.get(granted.dossier.path)).status_code == 404
    (withdrawn,) = await world.harness.said(GrantWithdrawn)
    assert withdrawn.account_id == granted.person.account_id


async def test_i13_leaving_while_the_access_is_being_opened_is_told_to_identity(world: Any, granted: Granted) -> None:
    await world.told(granted.linked())

    answer = await granted.person.post(f"/my{granted.dossier.path}/leave")
    await world.told(world.activated(granted.person.account_id))

    assert answer.status_code == 204
    assert await granted.state() == "withdrawn"
    assert len(await world.harness.said(GrantWithdrawn)) == 1


async def test_a13_nobody_leaves_for_somebody_else_and_staff_do_not_leave_here(world: Any, granted: Granted) -> None:
    await world.told(granted.linked(AccountState.ACTIVE))
    path = f"/my{granted.dossier.path}/leave"

    answers = [
        await who.post(path) for who in (world.somebody(), granted.office.accountant, granted.office.administrator)
    ]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert await granted.state() == "active"


@pytest.mark.parametrize("state", [AccountState.PENDING, AccountState.ACTIVE])
async def test_i13_erasure_ends_every_access_and_forgets_the_address(
    world: Any, granted: Granted, state: AccountState
) -> None:
    erased = AccountErased(account_id=granted.person.account_id)
    await world.told(granted.linked(state), erased, erased)

    assert await granted.state() == "withdrawn"
    assert len(await world.harness.said(GrantWithdrawn)) == 1
    (account,) = await world.rows(
        "SELECT state, user_name FROM known_account WHERE account_id = :id", id=granted.person.account_id
    )
    assert account == {"state": "erased", "user_name": "erased"}
    (grant,) = await world.rows("SELECT email, account_id FROM access_grant")
    assert grant == {"email": f"erased:{granted.grant_id}", "account_id": granted.person.account_id}
    (entry,) = await world.rows("SELECT actor_id FROM journal WHERE action = 'grant_left_by_erasure'")
    assert entry["actor_id"] == granted.person.account_id


async def test_i13_what_is_heard_of_an_erased_account_later_opens_nothing(world: Any, granted: Granted) -> None:
    await world.told(AccountErased(account_id=granted.person.account_id))

    await world.told(granted.linked(AccountState.ACTIVE), world.activated(granted.person.account_id))

    assert await granted.state() == "withdrawn"
    assert await world.harness.said(GrantActivated) == []
    (row,) = await world.rows("SELECT email FROM access_grant")
    assert row["email"] == f"erased:{granted.grant_id}"


async def test_i13_a_person_who_left_before_the_link_was_heard_of_stays_out(world: Any, granted: Granted) -> None:
    await world.told(granted.left(), granted.linked(AccountState.ACTIVE))

    assert await granted.state() == "withdrawn"
    assert await world.harness.said(GrantActivated) == []


async def test_i12_a_decline_beside_an_activation_ends_without_access_in_whatever_order(
    world: Any, granted: Granted
) -> None:
    await world.told(granted.linked())

    await asyncio.gather(world.told(granted.declined()), world.told(world.activated(granted.person.account_id)))

    said = [
        type(one) for kind in (GrantDeclined, GrantActivated, GrantWithdrawn) for one in await world.harness.said(kind)
    ]
    assert said in ([GrantDeclined], [GrantActivated, GrantWithdrawn])
    assert await granted.state() == ("declined" if said == [GrantDeclined] else "withdrawn")


async def test_a10_the_worker_looks_after_offers_by_itself(world: Any, granted: Granted, role: str) -> None:
    stop = asyncio.Event()
    expired = arrived(granted.expired(), time=datetime.now(UTC) - timedelta(days=91))
    await world.told(granted.linked(), expired)
    ends = "offered" if role == "holder" else "lapsed"

    async def settled() -> bool:
        return await granted.state() == ends

    task = asyncio.create_task(keep_house(world.harness.database, stop))
    await eventually(settled)
    stop.set()
    await task


async def test_a10_an_offer_lapses_ninety_days_after_its_invitation_expired_but_never_a_holders(
    world: Any, granted: Granted, role: str, now: datetime
) -> None:
    extended = InvitationExtended(
        invitation_id=granted.invitation_id,
        account_id=granted.person.account_id,
        firm_id=granted.office.firm_id,
        ladder=granted.ladder,
        expires_at=now + timedelta(days=30),
    )
    await world.told(granted.linked(), extended)
    database = world.harness.database

    await set_app_now(world.owner_url, timedelta(days=119))
    early = await lapse_some(database)
    await set_app_now(world.owner_url, timedelta(days=121))
    due = [*await asyncio.gather(lapse_some(database), lapse_some(database)), await lapse_some(database)]

    assert early == 0
    assert sum(due) == (0 if role == "holder" else 1)
    assert await granted.state() == ("offered" if role == "holder" else "lapsed")
    assert len(await world.harness.said(GrantLapsed)) == (0 if role == "holder" else 1)


async def test_i7_an_invitation_that_was_sent_again_lets_nothing_lapse(
    world: Any, granted: Granted, now: datetime
) -> None:
    await world.told(granted.linked(), arrived(granted.expired(), sequence=1, time=now - timedelta(days=91)))
    extended = InvitationExtended(
        invitation_id=granted.invitation_id,
        account_id=granted.person.account_id,
        firm_id=granted.office.firm_id,
        ladder=granted.ladder,
        expires_at=now + timedelta(days=30),
    )
    await world.told(arrived(extended, sequence=2))

    assert await lapse_some(world.harness.database) == 0
    assert await granted.state() == "offered"
