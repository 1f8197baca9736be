"""Reminders that are due: identity mails them with a fresh token, or says why not (I7, I8, R2, R3)."""

from datetime import timedelta
from typing import Any

import pytest
from event_contracts.identity import Occasion, ReminderWithheld
from event_contracts.scheduler import LadderStopped

World = Any
DAY = timedelta(days=1)
API = "/api/identity/v1"


async def test_r2_one_reminder_names_all_dossiers_of_the_firm_that_wait(world: World) -> None:
    firm = world.firm()
    offers = [world.offered(firm, dossier_name=f"Dossier {n}") for n in range(3)]
    gone = world.offered(firm, dossier_name="Weg")
    await world.told(*offers, gone, world.withdrawn(gone), world.offered(world.firm(), dossier_name="Ander kantoor"))
    first = (await world.issued())[0]
    await world.told(await world.due(first.ladder))

    reminder = (await world.issued())[-1]
    assert (reminder.occasion, reminder.step) == (Occasion.REMINDER, 1)
    assert [offer.dossier_name for offer in reminder.offers] == ["Dossier 0", "Dossier 1", "Dossier 2"]
    assert reminder.ladder == first.ladder
    assert await world.harness.said(ReminderWithheld) == []


async def test_i7_every_mail_has_a_token_of_its_own_and_all_of_them_work(world: World) -> None:
    await world.told(world.offered())
    ladder = (await world.issued())[0].ladder
    await world.later(7 * DAY)
    await world.told(await world.due(ladder, 1))
    await world.later(30 * DAY)
    await world.told(await world.due(ladder, 2, last=True))

    tokens = await world.tokens()
    assert len(set(tokens)) == 3
    for token in tokens:
        assert (await world.client.get(f"{API}/invitations/{token}")).status_code == 200


async def test_i8_a_reminder_moves_the_expiry_to_thirty_days_after_itself(world: World) -> None:
    await world.told(world.offered())
    first = (await world.issued())[0]
    await world.later(30 * DAY)
    await world.told(await world.due(first.ladder, 2, last=True))

    second = (await world.issued())[1]
    assert abs(second.expires_at - first.expires_at - 23 * DAY) < timedelta(minutes=1)
    await world.later(59 * DAY)
    assert (await world.client.get(f"{API}/invitations/{world.link(first)}")).status_code == 200
    await world.later(61 * DAY)
    assert (await world.client.get(f"{API}/invitations/{world.link(first)}")).status_code == 410


async def test_the_same_step_told_twice_is_mailed_once(world: World) -> None:
    await world.told(world.offered())
    ladder = (await world.issued())[0].ladder
    await world.told(await world.due(ladder), await world.due(ladder), together=True)
    assert len(await world.issued()) == 2


async def _active(world: World, offer: Any) -> None:
    await world.accept((await world.tokens())[0])


async def _withdrawn(world: World, offer: Any) -> None:
    await world.told(world.withdrawn(offer))


async def _expired(world: World, offer: Any) -> None:
    await world.later(40 * DAY)


async def _newer_ladder(world: World, offer: Any) -> None:
    await world.later(40 * DAY)
    await world.told(world.offered(offer.firm))


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (_active, "account_active"),
        (_withdrawn, "invitation_revoked"),
        (_expired, "invitation_expired"),
        (_newer_ladder, "superseded"),
    ],
)
async def test_r3_a_withheld_reminder_says_why(world: World, happens: Any, reason: str) -> None:
    offer = world.offered()
    await world.told(offer)
    ladder = (await world.issued())[0].ladder
    await happens(world, offer)
    mails = len(await world.issued())
    await world.told(await world.due(ladder, 2, last=True))

    (withheld,) = await world.harness.said(ReminderWithheld)
    assert (withheld.ladder, withheld.step, withheld.reason) == (ladder, 2, reason)
    assert len(await world.issued()) == mails


async def test_r3_a_ladder_of_an_unknown_account_is_withheld(world: World) -> None:
    await world.told(world.offered())
    ladder = (await world.issued())[0].ladder
    unknown = ladder.model_copy(update={"subject_id": world.firm().firm_id})
    await world.told(await world.due(unknown))
    (withheld,) = await world.harness.said(ReminderWithheld)
    assert withheld.reason == "account_unknown"


async def test_r3_ladders_of_other_kinds_belong_to_other_services(world: World) -> None:
    await world.told(world.offered())
    ladder = (await world.issued())[0].ladder.model_copy(update={"kind": "questionnaire"})
    before = await world.harness.said_types()
    await world.told(await world.due(ladder))
    assert await world.harness.said_types() == before


async def test_a13_a_reminder_speaks_for_its_firm_only(world: World) -> None:
    ours, theirs = world.firm("Kantoor Maes"), world.firm("Cabinet Geheim")
    await world.told(
        world.offered(ours, dossier_name="Maes"),
        world.offered(theirs, world.person(given_name="Jean"), dossier_name="Secret"),
    )
    await world.told(await world.due((await world.issued())[0].ladder))
    said = (await world.issued())[-1].model_dump_json()
    assert "Kantoor Maes" in said
    for secret in ("Geheim", "Secret", "Jean"):
        assert secret not in said


async def test_r2_an_offer_after_the_address_bounced_opens_a_new_ladder(world: World) -> None:
    firm = world.firm()
    await world.told(world.offered(firm))
    first = (await world.issued())[0]
    stopped = LadderStopped(ladder=first.ladder, reason="undeliverable")
    await world.told(stopped, world.offered(firm), stopped, world.offered(firm))

    said = [(mail.occasion, mail.ladder.epoch, mail.invitation_id) for mail in (await world.issued())[1:]]
    assert said == [(Occasion.FIRST, 2, first.invitation_id), (Occasion.ADDED, 2, first.invitation_id)]


async def test_r3_the_end_of_a_ladder_of_another_kind_or_person_changes_nothing(world: World) -> None:
    firm = world.firm()
    await world.told(world.offered(firm))
    ladder = (await world.issued())[0].ladder
    for other in ({"kind": "questionnaire"}, {"subject_id": firm.firm_id}, {"epoch": 2}):
        await world.told(LadderStopped(ladder=ladder.model_copy(update=other), reason="undeliverable"))
    await world.told(world.offered(firm))
    assert (await world.issued())[-1].occasion is Occasion.ADDED
