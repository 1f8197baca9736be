"""A5 on every path: once granted, the access of a holder or co-holder is not withdrawn, lowered or lost."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from dossier_service.access.grants.housekeeping import lapse_some
from event_contracts.dossier import GrantChanged, GrantMoved, GrantOffered, GrantWithdrawn
from event_contracts.firms import NoticeIssued
from event_contracts.identity import (
    AccessLeft,
    AccountErased,
    AccountState,
    InvitationDeclined,
    InvitationExpired,
    InvitationRevoked,
)
from event_contracts.notifier import MessageFailed, MessageRef
from event_contracts.people import LadderKey, OfferKind
from event_contracts.scheduler import LadderStopped
from service_kit.ids import new_id
from service_kit.testing.events import arrived


@pytest.fixture(params=["offered", "active"])
def state(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["holder", "co_holder"])
def role(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def granted(world: Any, person: Any, state: str, role: str) -> Any:
    """Office, dossier, the central person's id and their grant, in either live state."""
    office = await world.office()
    dossier = await world.dossier(office)
    person_id = dossier.holder_id
    if role == "co_holder":
        person_id = (await office.accountant.made(dossier.path + "/people", person(role="co_holder")))["id"]
    if state == "active":
        _, grant = await world.granted(office, dossier, person_id)
    else:
        body = {"person_id": person_id, "right": "write", "contact_confirmed": True}
        grant = await office.accountant.made(dossier.path + "/grants", body)
    return office, dossier, person_id, grant


async def test_a5_by_withdrawal(world: Any, granted: Any, state: str) -> None:
    office, dossier, _, grant = granted

    answer = await office.accountant.post(f"{dossier.path}/grants/{grant['id']}/withdraw")

    assert (answer.status_code, answer.json()["rule"]) == (409, "A5")
    assert await world.grant_state(grant["id"]) == state
    assert await world.harness.said(GrantWithdrawn) == []


async def test_a5_by_downgrade(world: Any, granted: Any) -> None:
    office, dossier, _, grant = granted

    answer = await office.accountant.call(
        "PATCH", f"{dossier.path}/grants/{grant['id']}", {"right": "read"}, If_Match="*"
    )

    assert (answer.status_code, answer.json()["rule"]) == (409, "A5")
    assert await world.harness.said(GrantChanged) == []


async def test_a5_by_loss_of_the_role(granted: Any) -> None:
    office, dossier, person_id, _ = granted

    answer = await office.accountant.call(
        "PATCH",
        f"{dossier.path}/people/{person_id}",
        {"role": "family", "relationship": "other"},
        If_Match="*",
    )

    assert (answer.status_code, answer.json()["rule"]) == (409, "A5")


async def test_a5_by_removal_from_the_tree(granted: Any) -> None:
    office, dossier, person_id, _ = granted

    answer = await office.accountant.call("DELETE", f"{dossier.path}/people/{person_id}")

    assert (answer.status_code, answer.json()["rule"]) == (409, "A5")


async def test_a5_by_handing_the_dossier_over(world: Any, granted: Any, state: str) -> None:
    office, dossier, _, grant = granted
    other, membership_id = await world.colleague(office.firm_id, office.administrator)
    handover = {"membership_id": membership_id, "reason": "Marc leaves"}
    await office.administrator.call("PUT", dossier.path + "/manager", handover)

    answer = await other.post(f"{dossier.path}/grants/{grant['id']}/withdraw")

    assert (answer.status_code, answer.json()["rule"]) == (409, "A5")
    assert await world.grant_state(grant["id"]) == state


async def test_a5_by_messages_of_other_services_or_by_time(world: Any, granted: Any, state: str, now: datetime) -> None:
    _, _, _, grant = granted
    account, invitation = new_id(), new_id()
    key = LadderKey(kind="invitation", subject_id=account, firm_id=new_id(), epoch=1)
    revoked = InvitationRevoked(invitation_id=invitation, account_id=account, firm_id=key.firm_id, ladder=key)

    mail = MessageRef(message_id=new_id(), template="invitation_first", channel="email", offer_ids=(grant["id"],))
    expired = InvitationExpired(
        invitation_id=invitation, account_id=account, firm_id=key.firm_id, offer_ids=(grant["id"],), ladder=key
    )

    for _ in range(2):
        await world.told(
            world.linked(grant["id"], account, invitation_id=invitation),
            revoked,
            arrived(expired, sequence=2, time=now - timedelta(days=900)),
            MessageFailed(message=mail, reason="550 no such mailbox", permanent=True),
            LadderStopped(ladder=key, reason="bounced"),
            world.linked(grant["id"], new_id(), AccountState.PENDING, kind=OfferKind.FIRM),
        )
        await lapse_some(world.harness.database)

    assert await world.grant_state(grant["id"]) == state


async def test_a5_by_the_word_of_somebody_else_told_once_or_again(world: Any, granted: Any, state: str) -> None:
    office, dossier, _, grant = granted
    stranger, invitation = world.somebody(), new_id()
    if state == "offered":
        await world.told(world.linked(grant["id"], new_id(), invitation_id=invitation))
    key = LadderKey(kind="invitation", subject_id=stranger.account_id, firm_id=office.firm_id, epoch=1)
    ids = {"account_id": stranger.account_id, "firm_id": office.firm_id}
    declined = InvitationDeclined(invitation_id=invitation, offer_ids=(grant["id"],), ladder=key, **ids)
    left = AccessLeft(offer_id=grant["id"], **ids)

    for sequence in (1, 2):
        await world.told(
            arrived(declined, sequence=sequence),
            arrived(left, sequence=sequence),
            arrived(AccountErased(account_id=stranger.account_id), sequence=sequence),
        )
    over_http = await stranger.post(f"/my{dossier.path}/leave")

    assert over_http.status_code == 404
    assert await world.grant_state(grant["id"]) == state
    assert await world.harness.said(GrantWithdrawn) == []


async def test_a5_by_a_recorded_death(world: Any, granted: Any, state: str) -> None:
    office, dossier, person_id, grant = granted
    death = f"{dossier.path}/people/{person_id}/death"

    recorded = await office.accountant.call("PUT", death, {"deceased_on": "2026-11-01"})
    removal = await office.accountant.call("DELETE", f"{dossier.path}/people/{person_id}")

    assert (recorded.status_code, removal.status_code, removal.json()["rule"]) == (200, 409, "A5")
    assert await world.grant_state(grant["id"]) == state


async def test_a5_nobody_but_the_manager_even_gets_that_far(world: Any, granted: Any) -> None:
    office, dossier, person_id, grant = granted
    helper, membership_id = await world.colleague(office.firm_id, office.administrator)
    await office.accountant.call("PUT", f"{dossier.path}/team/{membership_id}")

    withdrawal = await helper.post(f"{dossier.path}/grants/{grant['id']}/withdraw")
    removal = await helper.call("DELETE", f"{dossier.path}/people/{person_id}")

    assert (withdrawal.status_code, withdrawal.json()["rule"]) == (403, "A1")
    assert (removal.status_code, removal.json()["rule"]) == (409, "A5")


class TestCorrectingTheAddress:
    async def test_a5_before_activation_the_offer_moves(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        body = {"person_id": dossier.holder_id, "right": "write", "contact_confirmed": True}
        old = await office.accountant.made(dossier.path + "/grants", body)

        answer = await office.accountant.call(
            "PATCH",
            f"{dossier.path}/people/{dossier.holder_id}",
            {"email": "right@example.com", "contact_confirmed": True},
            If_Match="*",
        )

        assert answer.status_code == 200, answer.text
        (moved,) = await world.harness.said(GrantMoved)
        assert str(moved.previous_grant_id) == old["id"]
        assert (moved.person.email, moved.right, moved.role) == ("right@example.com", "write", "holder")
        assert await world.grant_state(str(moved.grant_id)) == "offered"
        assert await world.grant_state(old["id"]) == "withdrawn"
        assert await world.harness.said(GrantWithdrawn) == []

    @pytest.mark.parametrize("change", [{"email": "right@example.com"}, {"phone": "+32470999999"}])
    async def test_i9_one_event_moves_an_offer_and_what_was_written_goes_along(
        self, world: Any, change: dict[str, str]
    ) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        body = {"person_id": dossier.child_id, "right": "read", "contact_confirmed": True, "custom_text": "Bonjour"}
        await office.accountant.made(dossier.path + "/grants", body)
        path = f"{dossier.path}/people/{dossier.child_id}"

        for _ in range(2):
            answer = await office.accountant.call("PATCH", path, {**change, "contact_confirmed": True}, If_Match="*")
            assert answer.status_code == 200, answer.text

        said = [kind for kind in await world.harness.said_types() if kind.startswith("dossier.grant.")]
        assert said == [GrantOffered.event_type, GrantMoved.event_type]
        (moved,) = await world.harness.said(GrantMoved)
        assert moved.custom_text == "Bonjour"
        kept = await world.rows("SELECT state, custom_text FROM access_grant ORDER BY id")
        assert [(row["state"], row["custom_text"]) for row in kept] == [("withdrawn", None), ("offered", "Bonjour")]

    async def test_i7_a_correction_back_and_forth_mails_no_more_often_than_a_resend(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        body = {"person_id": dossier.child_id, "right": "read", "contact_confirmed": True}
        await office.accountant.made(dossier.path + "/grants", body)
        path = f"{dossier.path}/people/{dossier.child_id}"

        answers = []
        for number in range(4):
            change = {"phone": f"+3247099990{number}", "contact_confirmed": True}
            answers.append(await office.accountant.call("PATCH", path, change, If_Match="*"))

        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert (answers[-1].json()["code"], answers[-1].json()["rule"]) == ("too_many_resends", "I7")
        assert len(await world.harness.said(GrantMoved)) == 3

    async def test_another_language_or_name_moves_nothing(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        body = {"person_id": dossier.holder_id, "right": "write", "contact_confirmed": True}
        grant = await office.accountant.made(dossier.path + "/grants", body)
        path = f"{dossier.path}/people/{dossier.holder_id}"

        answer = await office.accountant.call("PATCH", path, {"language": "nl", "given_name": "Lea"}, If_Match="*")

        assert answer.status_code == 200
        assert await world.grant_state(grant["id"]) == "offered"

    async def test_i1_moving_an_offer_to_new_addresses_is_limited_as_granting_is(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        body = {"person_id": dossier.holder_id, "right": "write", "contact_confirmed": True}
        await office.accountant.made(dossier.path + "/grants", body)
        path = f"{dossier.path}/people/{dossier.holder_id}"

        answers = [
            await office.accountant.call(
                "PATCH", path, {"email": f"a{number}@example.com", "contact_confirmed": True}, If_Match="*"
            )
            for number in range(20)
        ]

        assert [answer.status_code for answer in answers] == [200] * 19 + [429]
        assert answers[-1].json()["rule"] == "I1"

    async def test_a3_a_move_needs_the_confirmation_too(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        body = {"person_id": dossier.holder_id, "right": "write", "contact_confirmed": True}
        grant = await office.accountant.made(dossier.path + "/grants", body)

        answer = await office.accountant.call(
            "PATCH", f"{dossier.path}/people/{dossier.holder_id}", {"email": "right@example.com"}, If_Match="*"
        )

        assert (answer.status_code, answer.json()["rule"]) == (422, "A3")
        assert await world.grant_state(grant["id"]) == "offered"

    async def test_a10_the_old_address_that_accepts_later_gets_nothing(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        body = {"person_id": dossier.holder_id, "right": "write", "contact_confirmed": True}
        old = await office.accountant.made(dossier.path + "/grants", body)
        stranger = world.somebody()
        await world.told(world.linked(old["id"], stranger.account_id))
        correction = {"email": "right@example.com", "contact_confirmed": True}
        path = f"{dossier.path}/people/{dossier.holder_id}"
        await office.accountant.call("PATCH", path, correction, If_Match="*")

        await world.told(world.activated(stranger.account_id))

        assert (await stranger.get(dossier.path)).status_code == 404

    async def test_i9_the_address_of_an_active_account_is_the_firms_own_note_only(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        holder, grant = await world.granted(office, dossier, dossier.holder_id)
        path = f"{dossier.path}/people/{dossier.holder_id}"

        answer = await office.accountant.call("PATCH", path, {"email": "new@example.com"}, If_Match="*")

        assert answer.status_code == 200
        assert len(await world.harness.said(GrantOffered)) == 1
        assert await world.grant_state(grant["id"]) == "active"
        assert (await holder.get(dossier.path)).status_code == 200
        (asked,) = [notice for notice in await world.harness.said(NoticeIssued) if notice.audience == "person"]
        assert asked.account_id == holder.account_id
        (line,) = asked.lines
        assert (line.kind, line.by) == ("contact_differs", "Marc Manager")
        assert "new@example.com" not in asked.as_json()
