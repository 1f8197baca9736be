"""A mail that is superseded or stale is suppressed, never sent late with a dead link (M4)."""

from datetime import timedelta
from typing import Any

import pytest
from event_contracts.dossier import GrantWithdrawn
from event_contracts.identity import AccountState, InvitationAccepted, Occasion
from event_contracts.notifier import MessageSuppressed
from service_kit.testing.events import arrived

World = Any


def accepted(invitation: Any) -> InvitationAccepted:
    return InvitationAccepted(
        invitation_id=invitation.invitation_id,
        account_id=invitation.account_id,
        firm_id=invitation.firm.firm_id,
        offer_ids=tuple(offer.offer_id for offer in invitation.offers),
    )


class TestClosedInvitations:
    @pytest.mark.parametrize("before", [True, False], ids=["closed first", "mail first"])
    async def test_the_mails_of_a_revoked_invitation_are_suppressed_in_either_order(
        self, world: World, before: bool
    ) -> None:
        invitation = world.invitation()
        events = (world.revoked(invitation), invitation) if before else (invitation, world.revoked(invitation))
        await world.told(*events)

        async with world.working():
            await world.settled({"suppressed": 1})

        (said,) = await world.harness.said(MessageSuppressed)
        assert said.reason == "the invitation was revoked"
        assert said.message.invitation_id == invitation.invitation_id
        assert world.smtp.mails == []

    async def test_the_sweep_alone_suppresses_what_waits_long(self, world: World) -> None:
        world.smtp.rcpt["lea@example.com"].append("451 later")
        world.policy = world.patient
        invitation = world.invitation()

        async with world.working():
            await world.told(invitation)
            await world.settled({"deferred": 1})
            await world.told(accepted(invitation))
            await world.settled({"suppressed": 1})

        (row,) = await world.rows("SELECT * FROM message")
        assert (row["parameters"], row["sealed"], row["recipient"]) == (None, None, "***@example.com")
        assert len(await world.harness.said(MessageSuppressed)) == 1

    @pytest.mark.parametrize("before", [True, False], ids=["activated first", "mail first"])
    async def test_an_account_that_exists_gets_its_welcome_and_no_invitation(self, world: World, before: bool) -> None:
        invitation = world.invitation()
        activated = world.activated(invitation.account_id)
        await world.told(*((activated, invitation) if before else (invitation, activated)), together=True)

        async with world.working():
            await world.settled({"suppressed": 1, "sent": 1})

        (mail,) = world.smtp.mails
        assert "Bienvenue" in mail["Subject"]

    @pytest.mark.parametrize("before", [True, False], ids=["withdrawn first", "notice first"])
    async def test_the_notice_of_a_withdrawn_access_is_suppressed_in_either_order(
        self, world: World, before: bool
    ) -> None:
        notice, kept = world.linked(AccountState.ACTIVE), world.linked(AccountState.ACTIVE, "kept@example.com")
        withdrawn = GrantWithdrawn(
            grant_id=notice.offer.offer_id, dossier_id=notice.offer.offer_id, firm_id=notice.firm.firm_id
        )
        await world.told(*((withdrawn, notice, kept) if before else (notice, withdrawn, kept)), together=True)

        async with world.working():
            await world.settled({"suppressed": 1, "sent": 1})

        (said,) = await world.harness.said(MessageSuppressed)
        assert said.reason == "the access was withdrawn"
        assert [mail["To"].addresses[0].addr_spec for mail in world.smtp.mails] == ["kept@example.com"]

    async def test_invitations_of_others_are_not_touched(self, world: World) -> None:
        gone, kept = world.invitation("a@example.com"), world.invitation("b@example.com")
        await world.told(gone, kept, world.revoked(gone), together=True)

        async with world.working():
            await world.settled({"suppressed": 1, "sent": 1})

        assert [mail["To"].addresses[0].addr_spec for mail in world.smtp.mails] == ["b@example.com"]

    async def test_what_was_sent_stays_sent(self, world: World) -> None:
        invitation = world.invitation()

        async with world.working():
            await world.told(invitation)
            await world.settled({"sent": 1})
            await world.told(world.revoked(invitation), world.activated(invitation.account_id))
            await world.settled({"sent": 2})

        assert await world.harness.said(MessageSuppressed) == []


class TestSupersededMails:
    async def test_of_two_waiting_reminders_only_the_later_goes_out(self, world: World) -> None:
        first = world.invitation(occasion=Occasion.REMINDER, step=1)
        same = {"invitation_id": first.invitation_id, "account_id": first.account_id, "ladder": first.ladder}
        second = world.invitation(occasion=Occasion.REMINDER, step=2, token="second", **same)
        await world.told(first, second)

        async with world.working():
            await world.settled({"suppressed": 1, "sent": 1})

        (mail,) = world.smtp.mails
        assert "Deuxième rappel" in mail["Subject"]

    @pytest.mark.parametrize("in_order", [True, False])
    async def test_a_resent_invitation_suppresses_the_older_mail_whichever_arrives_first(
        self, world: World, in_order: bool
    ) -> None:
        older = world.invitation(token="older")
        same = {"invitation_id": older.invitation_id, "account_id": older.account_id, "ladder": older.ladder}
        events = [arrived(older, sequence=5), arrived(world.invitation(token="newer", **same), sequence=6)]
        await world.told(*(events if in_order else reversed(events)))

        async with world.working():
            await world.settled({"suppressed": 1, "sent": 1})

        (mail,) = world.smtp.mails
        assert "newer" in mail.get_body(("plain",)).get_content()

    async def test_an_invitation_that_expired_while_it_waited_is_suppressed(self, world: World) -> None:
        await world.told(world.invitation())
        await world.move_time(timedelta(days=31))

        async with world.working():
            await world.settled({"suppressed": 1})

        (said,) = await world.harness.said(MessageSuppressed)
        assert said.reason == "expired before it could be sent"
        assert world.smtp.mails == []
