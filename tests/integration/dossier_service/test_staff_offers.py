"""Offered places in a staff: taken, corrected, sent again, declined, erased (A14, I7, I9), and told beforehand (M3)."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from dossier_service.access.projections import repository
from dossier_service.access.projections.domain import InvitationState
from event_contracts.dossier import SignInInformationRequested
from event_contracts.firms import StaffInvited, StaffJoined, StaffRemoved
from event_contracts.identity import (
    AccessLinked,
    AccountActivated,
    AccountErased,
    InvitationDeclined,
    PhoneVerified,
)
from event_contracts.people import LadderKey, OfferKind
from service_kit.ids import new_id

NORA = {"given_name": "Nora", "family_name": "New", "email": "nora@firm.example", "phone": "+32470000003"}
TABLES = ("membership", "dossier", "team_member", "journal", "outbox", "resend", "portal_user", "firm")


@pytest.fixture
async def office(world: Any) -> Any:
    return await world.office()


@pytest.fixture
async def invited(office: Any) -> Any:
    return await office.administrator.made(f"/firms/{office.firm_id}/staff", {**NORA, "custom_text": "Bienvenue"})


def path_of(office: Any, place: Any) -> str:
    return f"/firms/{office.firm_id}/staff/{place['id']}"


async def corrected(office: Any, place: Any, **body: str) -> Any:
    answer = await office.administrator.call("PATCH", path_of(office, place), body, If_Match="*")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def state_of(world: Any, place: Any) -> str:
    (row,) = await world.rows("SELECT state FROM membership WHERE id = CAST(:id AS uuid)", id=place["id"])
    return str(row["state"])


def declined(office: Any, offers: list[Any], account_id: Any, firm_id: Any = None) -> InvitationDeclined:
    firm = firm_id or office.firm_id
    key = LadderKey(kind="invitation", subject_id=account_id, firm_id=firm, epoch=1)
    return InvitationDeclined(
        invitation_id=new_id(), account_id=account_id, firm_id=firm, offer_ids=tuple(offers), ladder=key
    )


class TestTaking:
    @pytest.mark.parametrize("order", list(permutations(range(3))))
    async def test_a14_the_place_is_taken_once_account_and_phone_are_there_in_any_order(
        self, world: Any, office: Any, invited: Any, order: tuple[int, ...]
    ) -> None:
        nora = world.somebody()
        said: list[AccessLinked | AccountActivated | PhoneVerified] = [
            world.linked(invited["id"], nora.account_id, kind=OfferKind.FIRM),
            world.activated(nora.account_id),
            PhoneVerified(account_id=nora.account_id),
        ]
        before = len(await world.harness.said(StaffJoined))

        for number in order:
            assert await state_of(world, invited) == "offered"
            await world.told(said[number])
        await world.told(*said)

        assert await state_of(world, invited) == "active"
        joined = (await world.harness.said(StaffJoined))[before:]
        assert [(str(one.membership_id), one.account_id, one.role) for one in joined] == [
            (invited["id"], nora.account_id, "accountant")
        ]

    async def test_a14_who_works_elsewhere_already_joins_at_once(self, world: Any, office: Any, invited: Any) -> None:
        neighbour = await world.office("Cabinet Voisin")

        await world.joins(invited["id"], neighbour.accountant, OfferKind.FIRM)

        assert (await neighbour.accountant.get(f"/firms/{office.firm_id}/staff")).status_code == 200

    async def test_m2_the_text_for_the_mail_travels_with_the_invitation(self, world: Any, invited: Any) -> None:
        assert (await world.harness.said(StaffInvited))[-1].custom_text == "Bienvenue"

    @pytest.mark.parametrize("text", ["\u0007", "x" * 2001, "x" * 100_000, "a\u202eb"])
    async def test_m2_a_text_that_is_too_long_or_controls_is_refused(self, office: Any, text: str) -> None:
        body = {**NORA, "email": "other@firm.example", "custom_text": text}

        assert (await office.administrator.post(f"/firms/{office.firm_id}/staff", body)).status_code == 422


class TestCorrection:
    @pytest.mark.parametrize(
        "change", [{"email": "Nora@Right.example"}, {"phone": "+32470000009"}, {"role": "administrator"}]
    )
    async def test_i9_the_offer_moves_and_the_one_before_is_over(
        self, world: Any, office: Any, invited: Any, change: dict[str, str]
    ) -> None:
        moved = await corrected(office, invited, **change)

        assert moved["id"] != invited["id"]
        assert (await state_of(world, invited), await state_of(world, moved)) == ("withdrawn", "offered")
        said = (await world.harness.said_types())[-2:]
        assert said == [StaffRemoved.event_type, StaffInvited.event_type]
        offer = (await world.harness.said(StaffInvited))[-1]
        assert (offer.person.email, offer.person.phone, offer.role, offer.custom_text) == (
            change.get("email", NORA["email"]).lower(),
            change.get("phone", NORA["phone"]),
            change.get("role", "accountant"),
            "Bienvenue",
        )

    async def test_i9_the_old_offer_never_opens_anything_again(self, world: Any, office: Any, invited: Any) -> None:
        await corrected(office, invited, email="right@firm.example")
        wrong = world.somebody()

        await world.joins(invited["id"], wrong, OfferKind.FIRM)

        assert (await wrong.get(f"/firms/{office.firm_id}/staff")).status_code == 404

    async def test_what_was_entrusted_to_the_offer_stays_with_the_person(
        self, world: Any, office: Any, invited: Any
    ) -> None:
        managed, helped = [await world.dossier(office) for _ in range(2)]
        handover = {"membership_id": invited["id"], "reason": "Elle arrive lundi"}
        await office.accountant.call("PUT", managed.path + "/manager", handover)
        await office.accountant.call("PUT", f"{helped.path}/team/{invited['id']}")

        moved = await corrected(office, invited, email="right@firm.example")
        nora = world.somebody()
        await world.joins(moved["id"], nora, OfferKind.FIRM)

        parties = [(await nora.get(dossier.path)).json()["party"] for dossier in (managed, helped)]
        assert parties == ["manager", "team"]

    async def test_names_alone_send_no_mail(self, world: Any, office: Any, invited: Any) -> None:
        said = await world.harness.said_types()

        changed = await corrected(office, invited, family_name="Newman", language="en")

        assert (changed["id"], changed["family_name"]) == (invited["id"], "Newman")
        assert await world.harness.said_types() == said

    async def test_i2_the_corrected_address_must_be_nobody_else_s(self, world: Any, office: Any, invited: Any) -> None:
        marc = (await office.administrator.get(f"/firms/{office.firm_id}/staff/{office.accountant_id}")).json()

        answer = await office.administrator.call(
            "PATCH", path_of(office, invited), {"email": marc["email"]}, If_Match="*"
        )

        assert (answer.status_code, answer.json()["code"]) == (409, "already_staff")
        assert await state_of(world, invited) == "offered"


class TestResend:
    async def test_i7_three_an_hour_per_person_and_firm(self, world: Any, office: Any, invited: Any) -> None:
        path = path_of(office, invited) + "/resend"

        answers = [await office.administrator.post(path, {"custom_text": "Encore"}) for _ in range(4)]

        assert [answer.status_code for answer in answers] == [202, 202, 202, 429]
        assert (answers[3].json()["rule"], answers[3].headers["Retry-After"]) == ("I7", "600")
        asked = await world.harness.said(SignInInformationRequested)
        assert {(str(one.offer_id), one.kind, one.requested_by, one.custom_text) for one in asked} == {
            (invited["id"], OfferKind.FIRM, "Anne Admin", "Encore")
        }
        assert len(asked) == 3

    async def test_k2_the_answer_is_the_same_for_a_member_who_has_joined(self, office: Any, invited: Any) -> None:
        marc = {"id": office.accountant_id}

        answers = [await office.administrator.post(path_of(office, one) + "/resend") for one in (invited, marc)]

        assert [(answer.status_code, answer.content) for answer in answers] == [(202, b"")] * 2

    async def test_who_is_gone_gets_nothing(self, office: Any, invited: Any) -> None:
        await office.administrator.post(path_of(office, invited) + "/removal", {"reason": "Erreur"})

        assert (await office.administrator.post(path_of(office, invited) + "/resend")).status_code == 404


class TestTheirOwnWord:
    async def test_i5_a_declined_place_is_over_and_a_new_one_may_be_offered(
        self, world: Any, office: Any, invited: Any
    ) -> None:
        nora = world.somebody()
        await world.told(world.linked(invited["id"], nora.account_id, kind=OfferKind.FIRM))

        await world.told(declined(office, [invited["id"]], nora.account_id))
        await world.joins(invited["id"], nora, OfferKind.FIRM)

        assert await state_of(world, invited) == "declined"
        assert [one.account_id for one in await world.harness.said(StaffRemoved)] == [nora.account_id]
        assert (await nora.get(f"/firms/{office.firm_id}/staff")).status_code == 404
        await office.administrator.made(f"/firms/{office.firm_id}/staff", NORA)

    async def test_a14_a_dossier_whose_manager_declined_the_place_is_handed_over_without_them(
        self, world: Any, office: Any, invited: Any
    ) -> None:
        dossier = await world.dossier(office)
        names = [{"membership_id": who, "reason": "Congé"} for who in (invited["id"], office.accountant_id)]
        await office.administrator.call("PUT", dossier.path + "/manager", names[0])
        await world.told(declined(office, [invited["id"]], new_id()))

        answer = await office.administrator.call("PUT", dossier.path + "/manager", names[1])

        cover = (await office.accountant.get(dossier.path)).json()
        assert (answer.status_code, cover["party"], cover["team"]) == (204, "manager", [])

    async def test_i5_it_may_be_heard_before_the_offer_s_account(self, world: Any, office: Any, invited: Any) -> None:
        nora = world.somebody()

        await world.told(declined(office, [invited["id"]], nora.account_id))
        await world.joins(invited["id"], nora, OfferKind.FIRM)

        assert await state_of(world, invited) == "declined"

    async def test_a13_nobody_declines_for_another_person_or_firm(self, world: Any, office: Any, invited: Any) -> None:
        nora = world.somebody()
        await world.told(world.linked(invited["id"], nora.account_id, kind=OfferKind.FIRM))

        await world.told(declined(office, [invited["id"]], new_id()))
        await world.told(declined(office, [invited["id"]], nora.account_id, firm_id=new_id()))

        assert await state_of(world, invited) == "offered"

    async def test_i5_a_decline_that_was_overtaken_gives_the_taken_place_up(self, world: Any, office: Any) -> None:
        word = declined(office, [office.accountant_id], office.accountant.account_id)

        await world.told(word, word)

        assert (await office.accountant.get(f"/firms/{office.firm_id}/staff")).status_code == 404
        assert await state_of(world, {"id": office.accountant_id}) == "withdrawn"
        assert len(await world.harness.said(StaffRemoved)) == 1

    @pytest.mark.parametrize("ending", ["removed", "declined", "taken"])
    async def test_i13_what_was_written_along_is_forgotten_with_the_offer(
        self, world: Any, office: Any, invited: Any, ending: str
    ) -> None:
        nora = world.somebody()
        if ending == "removed":
            await office.administrator.post(path_of(office, invited) + "/removal", {"reason": "Erreur"})
        elif ending == "declined":
            await world.told(declined(office, [invited["id"]], nora.account_id))
        else:
            await world.joins(invited["id"], nora, OfferKind.FIRM)

        (row,) = await world.rows("SELECT custom_text FROM membership WHERE id = CAST(:id AS uuid)", id=invited["id"])
        assert row["custom_text"] is None

    @pytest.mark.parametrize("linked_first", [True, False])
    async def test_i13_an_erased_account_keeps_no_place_and_no_address(
        self, world: Any, office: Any, invited: Any, linked_first: bool
    ) -> None:
        nora = world.somebody()
        words = [
            world.linked(invited["id"], nora.account_id, kind=OfferKind.FIRM),
            AccountErased(account_id=nora.account_id),
        ]

        await world.told(*(words if linked_first else reversed(words)))

        (row,) = await world.rows(
            "SELECT state, email, phone, given_name, custom_text FROM membership WHERE id = CAST(:id AS uuid)",
            id=invited["id"],
        )
        assert row == {"state": "withdrawn", "email": "", "phone": "", "given_name": "", "custom_text": None}
        assert len(await world.harness.said(StaffRemoved)) == 1


class TestTheInvitationInTheList:
    async def test_a15_it_counts_as_expired_the_moment_it_is(self, world: Any, office: Any, invited: Any) -> None:
        nora, invitation_id = world.somebody(), new_id()
        linked = world.linked(invited["id"], nora.account_id, kind=OfferKind.FIRM, invitation_id=invitation_id)
        await world.told(linked)
        shown = []
        for days in (30, -1):
            until = datetime.now(UTC) + timedelta(days=days)
            async with world.harness.transaction() as uow:
                await repository.keep_invitation(uow, invitation_id, InvitationState.PENDING, until, 100 - days)
            one = (await office.administrator.get(path_of(office, invited))).json()
            shown.append(one["invitation"]["state"])

        assert shown == ["pending", "expired"]


class TestDryRun:
    async def everything(self, world: Any) -> list[Any]:
        rows = [await world.rows(f"SELECT t::text FROM {table} t ORDER BY 1") for table in TABLES]
        return [row for table in rows for row in table]

    async def test_m3_an_invitation_is_told_in_both_variants_with_its_reminders(self, world: Any, office: Any) -> None:
        before = await self.everything(world)
        path = f"/firms/{office.firm_id}/staff?dry_run=true"

        plan = (await office.administrator.post(path, NORA, Idempotency_Key="k")).json()

        assert [mail["variant"] for mail in plan["mails"]] == ["invitation", "notice"]
        assert plan["mails"][0]["recipient"] == {"name": "Nora New", "email": NORA["email"], "language": "fr"}
        assert len(plan["mails"][0]["reminders"]) == 2
        assert await self.everything(world) == before

    @pytest.mark.parametrize(
        ("method", "what", "body", "variants"),
        [
            ("PATCH", "", {"email": "right@firm.example"}, ["invitation", "notice"]),
            ("PATCH", "", {"given_name": "Nina"}, []),
            ("POST", "/resend", None, ["invitation", "sign_in_information"]),
            ("POST", "/removal", {"reason": "Erreur"}, []),
        ],
    )
    async def test_m3_every_call_that_may_send_tells_first_and_changes_nothing(
        self, world: Any, office: Any, invited: Any, method: str, what: str, body: Any, variants: list[str]
    ) -> None:
        before = await self.everything(world)
        path = path_of(office, invited) + what + "?dry_run=true"

        answer = await office.administrator.call(method, path, body, If_Match="*")

        assert answer.status_code == 200, answer.text
        assert [mail["variant"] for mail in answer.json()["mails"]] == variants
        assert await self.everything(world) == before

    async def test_m3_a_dry_run_refuses_what_the_call_refuses(self, office: Any) -> None:
        refused = await office.accountant.post(f"/firms/{office.firm_id}/staff?dry_run=true", NORA)

        assert (refused.status_code, refused.json()["rule"]) == (403, "A14")
