"""Bad input through the gateway, as whoever is curious sends it: refused with status, code and rule, never repeated."""

import json
import subprocess
import sys
from typing import Any
from uuid import uuid4

import httpx
import pytest
from identity_service.keys.signer import TokenSigner
from local_stack.demo.actors import IDENTITY, Actor
from local_stack.demo.api import refusal_of
from local_stack.demo.stage import Stage
from local_stack.demo.story import DOSSIER
from local_stack.processes import inherited_environment
from local_stack.stack import LocalStack
from local_stack.testing import Office
from local_stack.testing.office import grant_body
from service_kit.db import Database
from service_kit.ids import new_id
from service_kit.security.keyring import KeyRing
from service_kit.testing import eventually

LOOPBACK_OF_A_STRANGER = "127.0.0.7"
CLAIMED = "203.0.113.9"


def without_correlation(answer: httpx.Response) -> dict[str, Any]:
    return {name: value for name, value in answer.json().items() if name != "correlation_id"}


async def test_unknown_and_foreign_ids_are_answered_alike(office: Office, stage: Stage) -> None:
    """A13: nothing tells whether the id exists at another firm."""
    foreign = await Office.open(stage, "Another Firm")
    dossier_id = await office.dossier()
    paths = ("/dossiers/{}", "/dossiers/{}/rights", "/dossiers/{}/journal", "/dossiers/{}/sections/asset-inventory")

    for path in paths:
        unknown = await foreign.manager.api.send("GET", DOSSIER + path.format(uuid4()))
        theirs = await foreign.manager.api.send("GET", DOSSIER + path.format(dossier_id))
        assert (unknown.status_code, theirs.status_code) == (404, 404)
        assert without_correlation(unknown) == without_correlation(theirs)

    firm = await foreign.manager.api.send("GET", f"{DOSSIER}/firms/{office.firm_id}/staff")
    nowhere = await foreign.manager.api.send("GET", f"{DOSSIER}/firms/{uuid4()}/staff")
    assert firm.status_code == 404
    assert without_correlation(firm) == without_correlation(nowhere)


async def test_a_grant_needs_both_addresses_and_names_what_is_wrong_with_each(office: Office) -> None:
    """A3: 422 with field, code and rule; a national number is not guessed."""
    dossier_id = await office.dossier()
    person_id = await office.enter(dossier_id, office.person().human)
    path = f"{DOSSIER}/dossiers/{dossier_id}/grants"
    cases: dict[str, dict[str, object]] = {
        "phone_without_country": {"phone": "0470123456"},
        "phone_malformed": {"phone": "+3247"},
        "email_malformed": {"email": "gwen@"},
        "contact_not_confirmed": {"contact_confirmed": False},
    }

    for code, change in cases.items():
        answer = await office.manager.api.send("POST", path, {**grant_body(person_id), **change})
        assert answer.status_code == 422
        assert [(error["code"], error["rule"]) for error in answer.json()["errors"]] == [(code, "A3")]


async def test_one_address_is_one_person_however_it_is_spelt(office: Office) -> None:
    """I2, A3: equal under case and IDN; what only ends the same is another address."""
    dossier_id = await office.dossier()
    mark = uuid4().hex[:8]
    spellings = (
        f"alice.{mark}@bücher.example.com",
        f"ALICE.{mark}@xn--bcher-kva.example.com",
        f"ice.{mark}@bücher.example.com",
    )
    statuses = []
    for address in spellings:
        person_id = await office.enter(dossier_id, office.person().human)
        body = {**grant_body(person_id), "email": address}
        answer = await office.manager.api.send("POST", f"{DOSSIER}/dossiers/{dossier_id}/grants", body)
        statuses.append((answer.status_code, answer.json().get("code")))

    assert statuses == [(201, None), (409, "address_in_use"), (201, None)]


@pytest.mark.parametrize("name", ["Gwen\r\nBcc: all@example.com", "Gwen\nX", "Gwen\u2028X", "Gwen\x00"])
async def test_a_name_that_could_inject_a_header_is_refused_and_not_repeated(office: Office, name: str) -> None:
    """M2."""
    dossier_id = await office.dossier()
    body = {"given_name": name, "family_name": "Guest", "relationship": "sibling"}

    answer = await office.manager.api.send("POST", f"{DOSSIER}/dossiers/{dossier_id}/people", body)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "given_name")
    assert "Bcc" not in answer.text


async def test_a_field_nobody_knows_is_refused(office: Office) -> None:
    body = {"client_id": office.client_id, "owner": "me"}

    answer = await office.manager.api.send("POST", f"{DOSSIER}/firms/{office.firm_id}/dossiers", body)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "owner")


async def test_a_holder_never_loses_what_was_granted(stage: Stage, office: Office) -> None:
    """A5: neither by withdrawal nor by a lower right; 409 from `offered` on."""
    dossier_id = await office.dossier()
    page = await office.manager.api.get(f"{DOSSIER}/dossiers/{dossier_id}/rights")
    path = f"{DOSSIER}/dossiers/{dossier_id}/grants"
    grant = await office.manager.api.post(path, grant_body(page["people"][0]["id"], "write"))

    withdrawal = await office.manager.api.refused("POST", f"{path}/{grant['id']}/withdraw")
    headers = {"If-Match": grant["etag"]}
    lowering = await office.manager.api.send("PATCH", f"{path}/{grant['id']}", {"right": "read"}, headers)

    assert (withdrawal.status, withdrawal.rule) == (409, "A5")
    assert (lowering.status_code, lowering.json()["rule"]) == (409, "A5")


async def test_a_stale_or_missing_version_and_a_reused_key_are_refused(office: Office) -> None:
    dossier_id = await office.dossier()
    people = [await office.enter(dossier_id, office.person().human) for _ in range(2)]
    path, key = f"{DOSSIER}/dossiers/{dossier_id}/grants", {"Idempotency-Key": uuid4().hex}
    send = office.manager.api.send
    grant = (await send("POST", path, grant_body(people[0]), key)).json()
    one = f"{path}/{grant['id']}"

    stale = await send("PATCH", one, {"right": "write"}, {"If-Match": '"99"'})
    missing = await send("PATCH", one, {"right": "write"})
    reused = await send("POST", path, grant_body(people[1]), key)

    assert [answer.status_code for answer in (stale, missing, reused)] == [412, 428, 422]
    assert reused.json()["code"] == "idempotency_key_reused"


async def test_whoever_does_not_manage_the_dossier_is_refused_with_the_rule(office: Office) -> None:
    """A1."""
    person = office.person()
    dossier_id, _ = await office.invite(person.human, "write")
    await person.join_and_sign_in()

    async def is_open() -> bool:
        return (await person.api.send("GET", f"{DOSSIER}/dossiers/{dossier_id}")).is_success

    await eventually(is_open)
    refusal = await person.api.refused("POST", f"{DOSSIER}/dossiers/{dossier_id}/grants", grant_body(str(uuid4())))
    assert (refusal.status, refusal.rule) == (403, "A1")


async def test_a_weak_password_is_refused_and_a_used_link_says_so(office: Office) -> None:
    """I4, I6."""
    person = office.person()
    await office.invite(person.human)
    link = await person.newest_link()
    path = f"{IDENTITY}/invitations/{link.rpartition('/')[2]}/acceptance"

    weak = [await person.anonymous.refused("POST", path, {"password": text}) for text in ("short", "password1234")]
    form = await person.anonymous.send("POST", f"/invitation/{link.rpartition('/')[2]}", form={"password": "short"})
    await person.join(link)
    used = await person.anonymous.refused("POST", path, {"password": "quite another passphrase"})

    assert [(refusal.status, refusal.rule) for refusal in weak] == [(422, "I4")] * 2
    assert form.status_code == 422
    assert "<form" in form.text
    assert (used.status, used.code) == (410, "invitation_used")


async def test_a_wrong_code_ten_times_locks_the_challenge_and_slows_the_name_down(office: Office) -> None:
    """I10: the right code is of no use then, and the next sign-in has to wait."""
    person = office.person()
    await office.invite(person.human)
    await person.join(await person.newest_link())
    name = {"user_name": person.human.email, "password": person.human.password}
    challenge = (await person.anonymous.post(f"{IDENTITY}/sign-in", name))["challenge_id"]
    code = await person.mailbox.code(person.human.phone, after=0)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    path = f"{IDENTITY}/sign-in/{challenge}/code"

    refusals = [await person.anonymous.refused("POST", path, {"code": wrong}) for _ in range(10)]
    right = await person.anonymous.refused("POST", path, {"code": code})
    again = await person.anonymous.send("POST", f"{IDENTITY}/sign-in", name)

    assert {(refusal.status, refusal.rule) for refusal in refusals} == {(401, "I10")}
    assert (right.status, right.code) == (401, "code_refused")
    assert again.status_code == 429
    assert int(again.headers["Retry-After"]) >= 1


async def test_a_known_and_an_unknown_name_hear_the_same(office: Office) -> None:
    """I10: a challenge either way, and no word of which was wrong."""
    person = office.manager
    bodies = (
        {"user_name": f"nobody-{uuid4().hex}@example.com", "password": "wrong horse battery"},
        {"user_name": person.human.email, "password": "wrong horse battery"},
    )

    answers = [await person.anonymous.post(f"{IDENTITY}/sign-in", body) for body in bodies]

    assert answers[0].keys() == answers[1].keys()
    assert all(answer["challenge_id"] and not answer["tokens"] for answer in answers)


async def test_tokens_for_another_audience_or_by_another_issuer_are_refused(stack: LocalStack, office: Office) -> None:
    """Signed with the right key all the same."""
    environment = stack.env_of("identity")
    ring = KeyRing.parse(environment["IDENTITY_KEY_ENCRYPTION_KEYS"])
    database = Database(environment["IDENTITY_DATABASE_URL"], source="/dossier-access/identity")
    statuses = []
    try:
        for issuer, audience in (
            (stack.base_url, "dossier-access"),
            (stack.base_url, "another-system"),
            ("https://elsewhere.example.com", "dossier-access"),
        ):
            signer = TokenSigner(ring, issuer=issuer, audience=audience)
            async with database.transaction() as uow:
                token = await signer.access_token(uow, subject=str(uuid4()), kind="user", session_id=new_id())
            statuses.append(await status_with(office.manager, token.text))
    finally:
        await database.close()

    assert statuses == [200, 401, 401]


async def test_a_token_that_is_forged_or_unsigned_is_refused(office: Office) -> None:
    held = next(secret for secret in office.manager.secrets if secret.count(".") == 2)
    header, claims, signature = held.split(".")
    unsigned = "eyJhbGciOiJub25lIn0"

    for token in (f"{unsigned}.{claims}.", f"{header}.{claims}.{signature[::-1]}", "x"):
        assert await status_with(office.manager, token) == 401


async def status_with(actor: Actor, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return (await actor.anonymous.send("GET", f"{DOSSIER}/firms", headers=headers)).status_code


async def test_a_body_over_the_limit_is_refused_before_it_is_read(office: Office) -> None:
    path = f"{DOSSIER}/firms/{office.firm_id}/clients"
    for size in (1_500_000, 5_000_000):
        answer = await office.manager.api.send("POST", path, {"given_name": "x" * size})
        assert (answer.status_code, answer.json()["code"]) == (413, "content_too_large")


async def test_the_callers_address_is_the_peers_whatever_the_request_claims(stack: LocalStack) -> None:
    """A9: `X-Forwarded-For` counts from the right, through trusted proxies only."""
    mark = uuid4().hex
    transport = httpx.AsyncHTTPTransport(local_address=LOOPBACK_OF_A_STRANGER)
    async with httpx.AsyncClient(base_url=stack.base_url, transport=transport) as http:
        headers = {"X-Forwarded-For": f"{CLAIMED}, 127.0.0.1", "X-Correlation-Id": mark, "Forwarded": f"for={CLAIMED}"}
        await http.get(f"{DOSSIER}/firms", headers=headers)

    async def written() -> list[dict[str, Any]]:
        lines = (stack.log_folder / "dossier-api.log").read_text().splitlines()
        return [json.loads(line) for line in lines if mark in line]

    logged = await eventually(written)
    assert {line["client"] for line in logged if "client" in line} == {LOOPBACK_OF_A_STRANGER}


async def test_what_cannot_be_read_is_a_problem_without_a_trace(office: Office) -> None:
    answer = await office.manager.api.send("GET", f"{DOSSIER}/dossiers/not-an-id")

    assert answer.headers["content-type"] == "application/problem+json"
    assert refusal_of(answer).status == 422
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("service", "name", "value"),
    [
        ("dossier", "DOSSIER_DATABASE_URL", None),
        ("identity", "IDENTITY_SEALING_KEYS", "k1:Y2hhbmdlbWU="),
        ("identity", "IDENTITY_KEY_ENCRYPTION_KEYS", "changeme"),
        ("notifier", "NOTIFIER_SEALING_KEYS", None),
    ],
)
def test_a_missing_or_default_secret_stops_the_start_with_the_name_of_the_variable(
    stack: LocalStack, service: str, name: str, value: str | None
) -> None:
    environment = {**inherited_environment(), **stack.env_of(service)}
    del environment[name]
    if value is not None:
        environment[name] = value

    done = subprocess.run(
        [sys.executable, "-m", f"{service}_service", "api"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert name in done.stderr
    assert value is None or value not in done.stderr
