"""When a mail must not go: superseded, closed, declined, expired, withdrawn, moved, erased; in either order (M4)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from event_contracts import EventData
from event_contracts.dossier import GrantMoved, GrantWithdrawn
from event_contracts.firms import StaffRemoved
from event_contracts.identity import (
    AccountErased,
    AccountState,
    InvitationAccepted,
    InvitationDeclined,
    InvitationExpired,
    Occasion,
    SignInInformationIssued,
)
from event_contracts.notifier import MessageSuppressed
from event_contracts.people import LadderPolicy, Language, Offer, OfferKind, Person, Recipient, Right, SealPurpose
from event_contracts.plans import PlanPublished, PlanRecipient
from event_contracts.security import ContactCodeIssued, PasswordResetIssued, SignInCodeIssued
from service_kit.ids import new_id
from service_kit.testing.events import arrived

World = Any
SUPERSEDED = "superseded by a later one"


class Pair(NamedTuple):
    """A mail, and what makes it unwanted; both orders must come to the same."""

    mail: EventData
    ending: EventData


def ended(kind: type[Any], invitation: Any) -> Any:
    return kind(
        invitation_id=invitation.invitation_id,
        account_id=invitation.account_id,
        firm_id=invitation.firm.firm_id,
        offer_ids=tuple(offer.offer_id for offer in invitation.offers),
        **({} if kind is InvitationAccepted else {"ladder": invitation.ladder}),
    )


def withdrawn(grant_id: Any, firm_id: Any) -> GrantWithdrawn:
    return GrantWithdrawn(grant_id=grant_id, dossier_id=new_id(), firm_id=firm_id)


def moved(grant_id: Any, firm: Any) -> GrantMoved:
    person = Person(given_name="Léa", family_name="Dupont", email="right@example.com", language=Language.FR)
    return GrantMoved(
        grant_id=new_id(),
        previous_grant_id=grant_id,
        dossier_id=new_id(),
        dossier_name="Famille Dupont",
        firm=firm,
        person=person,
        role="family",
        right=Right.READ,
        granted_by="Anne Petit",
        policy=LadderPolicy(offsets=(timedelta(days=7),)),
    )


def information(linked: Any) -> SignInInformationIssued:
    return SignInInformationIssued(
        account_id=linked.account_id,
        firm=linked.firm,
        recipient=linked.recipient,
        user_name=linked.user_name,
        offers=(linked.offer,),
        requested_by="Anne Petit",
    )


def published(linked: Any) -> PlanPublished:
    return PlanPublished(
        publication_id=new_id(),
        plan_id=new_id(),
        dossier_id=new_id(),
        version=1,
        title="Retraite",
        dossier_name="Famille Dupont",
        firm=linked.firm,
        published_by="Anne Petit",
        custom_text="Bonjour",
        recipients=(PlanRecipient(grant_id=linked.offer.offer_id, account_id=linked.account_id),),
    )


def pairs(world: World) -> dict[str, Pair]:
    """Each way to be unwanted, by the reason that is said of it and a name."""
    invitation = world.invitation()
    reminder = world.invitation(occasion=Occasion.REMINDER, step=1)
    linked = world.linked(AccountState.ACTIVE)
    firm, offer_id = linked.firm, linked.offer.offer_id
    place_id = new_id()
    place = linked.model_copy(update={"offer": Offer(offer_id=place_id, kind=OfferKind.FIRM, staff_role="accountant")})
    return {
        "the invitation was declined": Pair(invitation, ended(InvitationDeclined, invitation)),
        "the invitation expired": Pair(reminder, ended(InvitationExpired, reminder)),
        "the invitation was accepted": Pair(reminder, ended(InvitationAccepted, reminder)),
        "the invitation was revoked": Pair(invitation, world.revoked(invitation)),
        "the account exists": Pair(reminder, world.activated(reminder.account_id)),
        "the access was withdrawn": Pair(linked, withdrawn(offer_id, firm.firm_id)),
        "the access was withdrawn, asked again": Pair(information(linked), withdrawn(offer_id, firm.firm_id)),
        "the access was withdrawn, plan": Pair(published(linked), withdrawn(offer_id, firm.firm_id)),
        "the offer moved to another address": Pair(linked, moved(offer_id, firm)),
        "the place in the staff is gone": Pair(place, StaffRemoved(membership_id=place_id, firm_id=firm.firm_id)),
        "the account was erased": Pair(linked, AccountErased(account_id=linked.account_id)),
        "the account was erased, plan": Pair(published(linked), AccountErased(account_id=linked.account_id)),
        "the account was erased, invitation": Pair(invitation, AccountErased(account_id=invitation.account_id)),
    }


REASONS = (
    "the invitation was declined",
    "the invitation expired",
    "the invitation was accepted",
    "the invitation was revoked",
    "the account exists",
    "the access was withdrawn",
    "the access was withdrawn, asked again",
    "the access was withdrawn, plan",
    "the offer moved to another address",
    "the place in the staff is gone",
    "the account was erased",
    "the account was erased, plan",
    "the account was erased, invitation",
)


async def suppressed(world: World, *events: EventData, others: int = 0) -> MessageSuppressed:
    """Tells all of it, lets everything work, and returns what was said of the one mail that did not go."""
    await world.told(*events)
    expected = {"suppressed": 1, **({"sent": others} if others else {})}
    async with world.working():
        await world.settled(expected)
    (said,) = await world.harness.said(MessageSuppressed)
    return said  # type: ignore[no-any-return]


class TestEndings:
    @pytest.mark.parametrize("before", [True, False], ids=["ending first", "mail first"])
    @pytest.mark.parametrize("name", REASONS)
    async def test_the_mail_is_suppressed_with_the_reason(self, world: World, name: str, before: bool) -> None:
        pair = pairs(world)[name]
        welcomes = 1 if name == "the account exists" else 0

        said = await suppressed(world, *(reversed(pair) if before else pair), others=welcomes)

        assert said.reason == name.partition(",")[0]
        assert len(world.smtp.mails) == welcomes
        rows = await world.rows("SELECT parameters, sealed FROM message")
        assert {value for row in rows for value in row.values()} == {None}

    def test_every_reason_is_tried(self, world: World) -> None:
        assert tuple(pairs(world)) == REASONS


class TestAnInvitationThatLivesAgain:
    """A dead invitation blocked the next mail: closing is by sequence, so a resend goes out (I7)."""

    @pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)])
    async def test_the_mail_sent_anew_goes_and_the_one_before_does_not(
        self, world: World, order: Sequence[int]
    ) -> None:
        old = world.invitation(occasion=Occasion.REMINDER, step=2, token="old")
        same = {"invitation_id": old.invitation_id, "account_id": old.account_id}
        again = world.invitation(token="again", resend=True, **same)
        events = [
            arrived(old, sequence=5),
            arrived(ended(InvitationExpired, old), sequence=6),
            arrived(again, sequence=7),
        ]

        said = await suppressed(world, *(events[index] for index in order), others=1)

        assert said.message.template == "reminder_2"
        (mail,) = world.smtp.mails
        assert "/invitation/again" in mail.get_body(("plain",)).get_content()

    async def test_what_was_revoked_after_it_lived_again_is_closed_again(self, world: World) -> None:
        first = world.invitation(token="first")
        same = {"invitation_id": first.invitation_id, "account_id": first.account_id}
        again = world.invitation(token="again", **same)
        await world.told(
            arrived(ended(InvitationExpired, first), sequence=6),
            arrived(again, sequence=7),
            arrived(world.revoked(again), sequence=8),
        )

        async with world.working():
            await world.settled({"suppressed": 1})

        assert world.smtp.mails == []


def sealed(world: World, purpose: SealPurpose, subject: Any, recipient: str, expires_at: datetime) -> Any:
    return world.sealer.seal(
        f"secret-{expires_at.minute}-{expires_at.second}",
        purpose=purpose,
        subject=str(subject),
        recipient=recipient,
        expires_at=expires_at,
    )


def codes(world: World, kind: str, *lives: timedelta) -> list[EventData]:
    """As many codes or links for the same thing as there are lives."""
    subject, account_id = new_id(), new_id()
    found: list[EventData] = []
    for life in lives:
        until = datetime.now(UTC) + life
        if kind == "sign-in":
            seal = sealed(world, SealPurpose.SIGN_IN_CODE, subject, "+32470123456", until)
            ids = {"challenge_id": subject, "account_id": account_id, "phone": "+32470123456"}
            found.append(SignInCodeIssued(**ids, language=Language.FR, sealed_code=seal, expires_at=until))
        elif kind == "reset":
            reset_id = new_id()
            seal = sealed(world, SealPurpose.PASSWORD_RESET, reset_id, "lea@example.com", until)
            lea = Recipient(email="lea@example.com", given_name="Léa", family_name="Dupont", language=Language.FR)
            ids = {"reset_id": reset_id, "account_id": account_id, "user_name": "lea"}
            found.append(PasswordResetIssued(**ids, recipient=lea, sealed_link=seal, expires_at=until))
        else:
            address = "new@example.com" if kind == "email" else "+32470999999"
            seal = sealed(world, SealPurpose.CONTACT_CODE, subject, address, until)
            ids = {"change_id": subject, "account_id": account_id, "channel": kind, "address": address}
            names = {"given_name": "Léa", "family_name": "Dupont", "language": Language.FR}
            found.append(ContactCodeIssued(**ids, **names, sealed_code=seal, expires_at=until))
    return found


@pytest.mark.parametrize("kind", ["sign-in", "reset", "email", "sms"])
class TestCodesAndLinks:
    @pytest.mark.parametrize("in_order", [True, False])
    async def test_of_two_that_wait_only_the_later_is_sent(self, world: World, kind: str, in_order: bool) -> None:
        older, newer = codes(world, kind, timedelta(minutes=5), timedelta(minutes=9))
        events = [arrived(older, sequence=5), arrived(newer, sequence=6)]

        said = await suppressed(world, *(events if in_order else reversed(events)), others=1)

        assert said.reason == SUPERSEDED
        assert len(world.smtp.mails) == 1

    async def test_one_that_expired_while_it_waited_is_not_sent(self, world: World, kind: str) -> None:
        (late,) = codes(world, kind, timedelta(minutes=5))
        await world.move_time(timedelta(minutes=6))

        said = await suppressed(world, late)

        assert said.reason == "expired before it could be sent"
        assert world.smtp.mails == []

    async def test_one_of_an_erased_account_is_not_sent(self, world: World, kind: str) -> None:
        (code,) = codes(world, kind, timedelta(minutes=5))

        said = await suppressed(world, code, AccountErased(account_id=code.account_id))  # type: ignore[attr-defined]

        assert said.reason == "the account was erased"

    async def test_one_sealed_for_another_recipient_does_not_open(self, world: World, kind: str) -> None:
        (code,) = codes(world, kind, timedelta(minutes=5))
        other: dict[str, Any] = {"address": "other@example.com" if kind == "email" else "+32470000000"}
        if kind == "sign-in":
            other = {"phone": "+32470000000"}
        elif kind == "reset":
            other = {"recipient": code.recipient.model_copy(update={"email": "other@example.com"})}  # type: ignore[attr-defined]
        await world.told(code.model_copy(update=other))

        async with world.working():
            await world.settled({"failed": 1})

        assert world.smtp.mails == []
