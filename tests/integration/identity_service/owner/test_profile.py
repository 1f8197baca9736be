"""The owner's page over the API: names and language change, the user name never (I3, I9, I13)."""

from typing import Any

import pytest
from event_contracts.identity import AccountChanged
from event_contracts.people import Language

Owner = Any
World = Any


async def test_i13_the_owner_changes_names_and_language_and_mails_follow(owner: Owner) -> None:
    answer = await owner.call(
        "PATCH", "", {"given_name": "  Johannes ", "family_name": "Peeters de  Wit", "language": "fr"}
    )
    assert answer.status_code == 200
    assert (answer.json()["given_name"], answer.json()["family_name"]) == ("Johannes", "Peeters de Wit")
    (said,) = await owner.world.harness.said(AccountChanged)
    assert (said.account_id, said.user_name) == (owner.account_id, "jan.peeters")
    assert (said.recipient.given_name, said.recipient.language) == ("Johannes", Language.FR)


async def test_i13_what_changes_nothing_says_nothing(owner: Owner) -> None:
    answer = await owner.call("PATCH", "", {"given_name": "Jan", "language": "nl", "user_name": "jan.peeters"})
    assert answer.status_code == 200
    assert await owner.world.harness.said(AccountChanged) == []


@pytest.mark.parametrize("name", ["jan.p", "JAN.PEETERS", ""])
async def test_i3_a_user_name_never_changes(owner: Owner, name: str) -> None:
    answer = await owner.call("PATCH", "", {"user_name": name, "given_name": "Johan"})
    assert (answer.status_code, answer.json()["code"], answer.json()["rule"]) == (409, "user_name_immutable", "I3")
    assert [error["field"] for error in answer.json()["errors"]] == ["user_name"]
    assert (await owner.call("GET", "")).json()["given_name"] == "Jan"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"given_name": " "}, "name_missing"),
        ({"family_name": "x" * 101}, "name_too_long"),
        ({"given_name": "Jan\u0000"}, "name_malformed"),
        ({"given_name": "Jan\u202ereversed"}, "name_malformed"),
        ({"language": "de"}, "request_invalid"),
        ({"email": "else@example.org"}, "request_invalid"),
        ({"phone": "+32470999999"}, "request_invalid"),
    ],
)
async def test_i13_what_cannot_be_a_name_is_refused(owner: Owner, body: dict[str, Any], code: str) -> None:
    answer = await owner.call("PATCH", "", body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert await owner.world.harness.said(AccountChanged) == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("PATCH", "", {}),
        ("GET", "/sessions", None),
        ("POST", "/sessions/end-others", None),
        ("GET", "/export", None),
        ("GET", "/recovery-codes", None),
        ("POST", "/recovery-codes", {"password": "een korte zin die blijft"}),
        ("POST", "/erasure", {"password": "een korte zin die blijft"}),
        ("PUT", "/password", {"current_password": "een korte zin die blijft", "new_password": "een andere zin"}),
        ("POST", "/contact-changes", {"kind": "phone", "value": "+32470999999", "password": "een korte zin"}),
    ],
)
async def test_i10_a_session_that_is_over_opens_nothing_however_young_its_token(
    owner: Owner, method: str, path: str, body: Any
) -> None:
    await owner.world.client.post(
        "/api/identity/v1/sign-out", headers={"Authorization": f"Bearer {owner.access_token}"}
    )
    answer = await owner.call(method, path, body)
    assert (answer.status_code, answer.json()["code"]) == (401, "session_over")
