"""What nobody can route, read or do comes to rest where it is found, with its reason, while good messages pass."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from event_contracts import EventData
from event_contracts.identity import InvitationIssued, Occasion
from event_contracts.people import (
    FirmRef,
    LadderKey,
    LadderPolicy,
    Language,
    Offer,
    OfferKind,
    Recipient,
    SealedValue,
)
from local_stack.testing import BrokerView, Letter, Office
from service_kit.ids import new_id
from service_kit.testing import eventually
from service_kit.testing.events import arrived

GRANT_OFFERED = "dossier.grant.offered.v1"
SECRET_OF_A_STRANGER = "the-body-of-a-message-is-nobodys-business"


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def nothing_is_left_over(broker_view: BrokerView) -> AsyncIterator[None]:
    """What a test put on the broker does not count as trouble of the next one."""
    yield
    await broker_view.stranded()


async def letter_in(broker_view: BrokerView, queue: str) -> Letter:
    async def arrived_there() -> list[Letter]:
        return await broker_view.take(queue)

    letters = await eventually(arrived_there, every=0.2)
    assert len(letters) == 1
    return letters[0]


def envelope(event_type: str, data: Any = None) -> str:
    """An event by hand."""
    return json.dumps(
        {
            "specversion": "1.0",
            "id": str(new_id()),
            "source": f"/dossier-access/{event_type.partition('.')[0]}",
            "type": event_type,
            "subject": "somebody",
            "sequence": f"{1:020}",
            "time": datetime.now(UTC).isoformat(),
            "datacontenttype": "application/json",
            "data": {"note": SECRET_OF_A_STRANGER} if data is None else data,
        }
    )


def poison() -> EventData:
    """An invitation whose firm's name would break out of a mail's header (M2)."""
    account_id, firm_id, ends = new_id(), new_id(), datetime.now(UTC) + timedelta(days=30)
    return InvitationIssued(
        invitation_id=new_id(),
        account_id=account_id,
        firm=FirmRef(firm_id=firm_id, name="Cabinet\r\nBcc: everybody@example.com", language=Language.FR),
        recipient=Recipient(email="p@example.com", given_name="P", family_name="Q", language=Language.FR),
        user_name="p.q",
        occasion=Occasion.FIRST,
        offers=(Offer(offer_id=new_id(), kind=OfferKind.FIRM),),
        granted_by="Somebody",
        sealed_link=SealedValue(
            kid="k1", purpose="invitation_link", subject="s", recipient="p@example.com", expires_at=ends, ciphertext="x"
        ),
        expires_at=ends,
        ladder=LadderKey(kind="invitation", subject_id=account_id, firm_id=firm_id, epoch=1),
        policy=LadderPolicy(offsets=(timedelta(days=7),)),
    )


async def test_strange_messages_land_in_their_places_and_good_ones_pass(
    office: Office, broker_view: BrokerView
) -> None:
    people = [office.person() for _ in range(6)]
    good = asyncio.gather(*(office.invite(person.human) for person in people))

    await broker_view.publish("events", "dossier.office.painted.v1", envelope("dossier.office.painted.v1"))
    await broker_view.publish("events", GRANT_OFFERED, '{"specversion": "1.0", "type')
    await broker_view.publish("events", GRANT_OFFERED, envelope("dossier.grant.offered.v9"))
    event = arrived(poison())
    await broker_view.publish("events", event.type, event.model_dump_json())

    await good
    await asyncio.gather(*(person.newest_link() for person in people))
    unrouted = await letter_in(broker_view, "events.unrouted")
    malformed = await letter_in(broker_view, "identity.dead")
    unknown = await letter_in(broker_view, "identity.retry.15min")
    poisoned = await letter_in(broker_view, "notifier.dead")
    assert unrouted.routing_key == "dossier.office.painted.v1"
    assert malformed.headers["x-reason"].startswith("malformed: body: Invalid JSON")
    assert "not registered" in unknown.headers["x-reason"]
    assert "firm.name" in poisoned.headers["x-reason"]
    assert {len(await person.mailbox.mails(person.human.email)) for person in people} == {1}


@pytest.mark.parametrize(
    "body",
    [
        envelope(GRANT_OFFERED),
        envelope(GRANT_OFFERED).replace("/dossier-access/dossier", "/dossier-access/notifier"),
        "[]",
    ],
    ids=["data that breaks its contract", "a source that may not say this", "no event at all"],
)
async def test_an_event_that_breaks_its_contract_is_dead_and_its_reason_repeats_no_value(
    broker_view: BrokerView, body: str
) -> None:
    await broker_view.publish("events", GRANT_OFFERED, body)

    letter = await letter_in(broker_view, "identity.dead")

    assert letter.body == body
    assert letter.headers["x-reason"]
    assert SECRET_OF_A_STRANGER not in letter.headers["x-reason"]


async def test_a_version_that_stays_unknown_for_a_day_is_parked(broker_view: BrokerView) -> None:
    since = time.time() - timedelta(days=2).total_seconds()
    body = envelope("dossier.grant.offered.v9")

    await broker_view.publish("events", GRANT_OFFERED, body, headers={"x-unknown-since": since})

    letter = await letter_in(broker_view, "identity.parked")
    assert letter.body == body
