"""Accepting an invitation over HTTP: looking changes nothing, one activation, dead links say why (I2 to I7, I12)."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from event_contracts.identity import AccountActivated, InvitationAccepted, InvitationRevoked
from event_contracts.people import Language
from identity_service.passwords.hasher import Passwords
from service_kit.testing.http import open_client

World = Any
DAY = timedelta(days=1)
API = "/api/identity/v1/invitations"
PASSWORD = "een korte zin die blijft"


async def test_i6_looking_a_hundred_times_changes_nothing(world: World) -> None:
    token = await world.invited()
    before = await world.everything()
    for n in range(50):
        assert (await world.client.get(f"/invitation/{token}")).status_code == 200
        assert (await world.client.get(f"{API}/{token}")).status_code == 200
        if n % 10 == 0:
            assert (await world.client.head(f"/invitation/{token}")).status_code == 200
    assert await world.everything() == before
    assert (await world.accept(token)).status_code == 200


async def test_a_live_link_says_who_invites_to_what(world: World) -> None:
    token = await world.invited(world.offered(world.firm("Kantoor Maes"), dossier_name="Familie Peeters"))
    answer = (await world.client.get(f"{API}/{token}")).json()
    assert (answer["state"], answer["firm_name"], answer["dossiers"], answer["user_name"]) == (
        "pending",
        "Kantoor Maes",
        ["Familie Peeters"],
        "jan.peeters",
    )


async def test_i4_accepting_makes_the_account_with_an_argon2id_hash(world: World) -> None:
    offer = world.offered()
    token = await world.invited(offer)
    answer = await world.accept(token)

    assert answer.status_code == 200
    (activated,) = await world.harness.said(AccountActivated)
    assert answer.json() == {"account_id": str(activated.account_id), "user_name": "jan.peeters"}
    (accepted,) = await world.harness.said(InvitationAccepted)
    assert (accepted.firm_id, accepted.offer_ids) == (offer.firm.firm_id, (offer.grant_id,))
    (row,) = await world.rows("SELECT state, password_hash, phone FROM account")
    assert row["state"] == "active"
    assert row["password_hash"].startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert row["phone"] == "+32470123456"
    assert PASSWORD not in await world.everything()


async def test_i2_accepting_any_invitation_settles_all_of_the_person(world: World) -> None:
    theirs = world.person(given_name="Jean", language=Language.FR, phone="+33612345678")
    ours = world.offered()
    await world.told(ours, world.offered(world.firm("Cabinet"), theirs))
    first, second = await world.tokens()
    assert (await world.accept(second)).status_code == 200

    assert len(await world.harness.said(InvitationAccepted)) == 2
    assert len(await world.harness.said(AccountActivated)) == 1
    (row,) = await world.rows("SELECT given_name, language, phone FROM account")
    assert row == {"given_name": "Jean", "language": "fr", "phone": "+33612345678"}
    assert (await world.client.get(f"{API}/{first}")).json()["code"] == "invitation_used"


async def test_i12_fifty_equal_posts_make_one_activation(world: World) -> None:
    token = await world.invited()
    answers = await asyncio.gather(*(world.accept(token) for _ in range(50)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert len(await world.harness.said(AccountActivated)) == 1
    assert len(await world.harness.said(InvitationAccepted)) == 1


async def test_i12_accepting_twice_hears_the_same_and_another_password_hears_used(world: World) -> None:
    token = await world.invited()
    first = await world.accept(token)
    again = await world.accept(token)
    other = await world.accept(token, "een andere korte zin")
    assert (again.status_code, again.json()) == (200, first.json())
    assert (other.status_code, other.json()["code"]) == (410, "invitation_used")

    await world.later(DAY)
    assert (await world.accept(token)).json()["code"] == "invitation_used"
    assert len(await world.harness.said(AccountActivated)) == 1


async def test_i12_withdrawn_before_accepted_is_a_revoked_link(world: World) -> None:
    offer = world.offered()
    token = await world.invited(offer)
    await world.told(world.withdrawn(offer))
    answer = await world.accept(token)
    assert (answer.status_code, answer.json()["code"]) == (410, "invitation_revoked")
    assert await world.harness.said(AccountActivated) == []


async def test_i12_accepted_before_withdrawn_keeps_the_account_and_revokes_nothing(world: World) -> None:
    offer = world.offered()
    token = await world.invited(offer)
    assert (await world.accept(token)).status_code == 200
    await world.told(world.withdrawn(offer))
    assert await world.harness.said(InvitationRevoked) == []
    assert [row["state"] for row in await world.rows("SELECT state FROM invitation")] == ["accepted"]


async def test_i12_accept_against_withdraw_at_once_is_one_or_the_other(world: World) -> None:
    offer = world.offered()
    token = await world.invited(offer)
    answer, _ = await asyncio.gather(world.accept(token), world.told(world.withdrawn(offer)))

    activated = await world.harness.said(AccountActivated)
    revoked = await world.harness.said(InvitationRevoked)
    assert len(activated) + len(revoked) == 1
    assert (answer.status_code == 200) == (len(activated) == 1)


async def test_i6_an_unknown_link_is_not_found(world: World) -> None:
    for token in ("x" * 43, "short", "%20"):
        answer = await world.client.get(f"{API}/{token}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await world.accept("x" * 43)).status_code == 404


async def test_i6_an_expired_link_says_so_before_the_password_is_looked_at(world: World) -> None:
    token = await world.invited()
    await world.later(37 * DAY + timedelta(minutes=1))
    for answer in (await world.client.get(f"{API}/{token}"), await world.accept(token, "weak")):
        assert (answer.status_code, answer.json()["code"]) == (410, "invitation_expired")


async def test_i7_a_fresh_link_replaces_the_expired_one_and_restarts_the_ladder(world: World) -> None:
    old = await world.invited()
    await world.later(40 * DAY)
    answer = await world.client.post(f"{API}/{old}/renewal")
    assert (answer.status_code, answer.content) == (202, b"")

    fresh = (await world.tokens())[-1]
    assert (await world.issued())[-1].ladder.epoch == 2
    assert (await world.client.get(f"{API}/{old}")).json()["code"] == "invitation_replaced"
    assert (await world.accept(old)).json()["code"] == "invitation_replaced"
    assert (await world.accept(fresh)).status_code == 200


async def test_i7_fresh_links_are_limited_per_hour(world: World) -> None:
    token = await world.invited()
    pending = await world.client.post(f"{API}/{token}/renewal")
    assert (pending.status_code, pending.json()["code"]) == (429, "invitation_pending")
    await world.later(40 * DAY)
    answers = [await world.client.post(f"{API}/{token}/renewal") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [202, 202, 202, 429]
    assert len(await world.issued()) == 4
    await world.later(40 * DAY + timedelta(hours=1, minutes=1))
    assert (await world.client.post(f"{API}/{token}/renewal")).status_code == 202


@pytest.mark.parametrize(
    ("body", "field", "rule"),
    [
        ({"password": "kort"}, "password", "I4"),
        ({"password": "password1234"}, "password", "I4"),
        ({"password": "jan@example.org".rjust(15)}, "password", "I4"),
        ({"password": PASSWORD, "user_name": "jan peeters"}, "user_name", "I3"),
        ({"password": PASSWORD, "pass_word": "x"}, "pass_word", None),
        ({}, "password", None),
    ],
)
async def test_i4_bad_input_names_its_field_and_rule(
    world: World, body: dict[str, str], field: str, rule: str | None
) -> None:
    token = await world.invited()
    answer = await world.client.post(f"{API}/{token}/acceptance", json=body)
    assert answer.status_code == 422
    errors = answer.json()["errors"]
    assert (errors[0]["field"], errors[0].get("rule")) == (field, rule)
    assert "password" not in body or body["password"] not in answer.text
    assert await world.harness.said(AccountActivated) == []


async def test_i3_a_chosen_name_is_kept_and_a_taken_one_becomes_its_next_variant(world: World) -> None:
    for n, (chosen, made) in enumerate([("De.Janne", "de.janne"), ("de.janne", "de.janne2"), ("DE.1ANNE", "de.1anne")]):
        token = await world.invited(world.offered(person=world.person(email=f"jan{n}@example.org")))
        answer = await world.accept(token, user_name=chosen)
        assert answer.json()["user_name"] == made


async def test_i3_a_proposed_name_that_was_not_used_is_never_given_again(world: World) -> None:
    token = await world.invited()
    assert (await world.accept(token, user_name="janneman")).json()["user_name"] == "janneman"
    await world.told(world.offered(person=world.person(email="other@example.org")))
    assert (await world.issued())[-1].user_name == "jan.peeters2"


async def test_i4_when_too_many_hash_at_once_the_answer_is_unavailable_and_nothing_is_lost(world: World) -> None:
    token = await world.invited()
    passwords = Passwords(threads=1, queue=1)
    harness = world.with_deps(passwords=passwords)
    async with open_client(
        world.harness.service.routers, database=world.database, deps=harness.deps, verifier=world.verifier
    ) as client:
        url = f"{API}/{token}/acceptance"
        answers = await asyncio.gather(*(client.post(url, json={"password": PASSWORD}) for _ in range(12)))
        codes = {answer.status_code for answer in answers}
        assert codes == {200, 503}
        assert all("Retry-After" in answer.headers for answer in answers if answer.status_code == 503)
        assert (await client.post(url, json={"password": PASSWORD})).status_code == 200
    passwords.close()
    assert len(await world.harness.said(AccountActivated)) == 1
