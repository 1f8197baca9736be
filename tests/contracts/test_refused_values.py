"""Values that could not be obeyed are refused by their path, in every event that carries them; none is repeated."""

import json
from pathlib import Path
from typing import Any

import pytest
from event_contracts import MalformedEvent, parse_event
from event_contracts.dossier import GrantOffered

SECRET = "s3cret-value-of-the-sender"
WITH_A_POLICY = [
    "dossier.grant.offered.v1",
    "dossier.grant.moved.v1",
    "dossier.staff.invited.v1",
    "identity.invitation.issued.v1",
    "notifier.message.sent.v1",
]


def changed(golden_folder: Path, event_type: str, path: str, value: object) -> bytes:
    """The full golden body of a type with another value at one path."""
    body: dict[str, Any] = json.loads((golden_folder / event_type / "full.json").read_text())
    target, *names = body, *path.split(".")
    for name in names[:-1]:
        target = target[int(name) if isinstance(target, list) else name]
    target[names[-1]] = value
    return json.dumps(body).encode()


@pytest.mark.parametrize("event_type", WITH_A_POLICY)
@pytest.mark.parametrize("expiry", ["PT0S", "-P1D", "P7D", "P30D", "P7321D", "sometime", 7])
def test_an_expiry_that_is_not_the_ladders_last_step_is_refused(
    golden_folder: Path, event_type: str, expiry: object
) -> None:
    path = ("data.starts." if event_type == "notifier.message.sent.v1" else "data.") + "policy"

    with pytest.raises(MalformedEvent, match=rf"^{path}"):
        parse_event(changed(golden_folder, event_type, f"{path}.expiry", expiry))


@pytest.mark.parametrize("event_type", WITH_A_POLICY)
@pytest.mark.parametrize("expiry", ["P30DT0.000001S", "P7320D", None])
def test_an_expiry_after_the_last_reminder_or_none_is_taken(
    golden_folder: Path, event_type: str, expiry: object
) -> None:
    path = ("data.starts." if event_type == "notifier.message.sent.v1" else "data.") + "policy.expiry"

    assert parse_event(changed(golden_folder, event_type, path, expiry)).type == event_type


@pytest.mark.parametrize(
    ("event_type", "path", "value"),
    [
        ("dossier.firm.configured.v1", "data.brand.colour", "red"),
        ("dossier.firm.configured.v1", "data.brand.colour", "#1F4E79"),
        ("dossier.firm.configured.v1", "data.brand.colour", "#1f4e79;" + SECRET),
        ("dossier.firm.configured.v1", "data.brand.logo_png", "x" * 300_001),
        ("dossier.grant.moved.v1", "data.previous_grant_id", SECRET),
        ("dossier.grant.moved.v1", "data.previous_grant_id", None),
        ("dossier.grant.moved.v1", "data.custom_text", SECRET * 100),
        ("dossier.grant.offered.v1", "data.user_name", SECRET * 10),
        ("dossier.grant.offered.v1", "data.client_code", SECRET * 10),
        ("dossier.offer.suspended.v1", "data.grant_id", SECRET),
        ("dossier.offer.resumed.v1", "data.firm_id", None),
        ("dossier.dossier.handed_over.v1", "data.offer_ids", None),
        ("dossier.dossier.handed_over.v1", "data.manager_name", None),
        ("dossier.dossier.closed.v1", "data.access", SECRET),
        ("dossier.plan.published.v1", "data.version", 0),
        ("dossier.plan.published.v1", "data.recipients", None),
        ("dossier.plan.published.v1", "data.recipients.1.account_id", SECRET),
        ("dossier.plan.published.v1", "data.custom_text", SECRET * 100),
        ("dossier.plan_change.submitted.v1", "data.base_version", 0),
        ("dossier.plan_change.applied.v1", "data.version", 1),
        ("dossier.plan_change.rejected.v1", "data.change_id", SECRET),
        ("dossier.notice.issued.v1", "data.lines.2.closed_access", SECRET),
        ("dossier.staff.invited.v1", "data.custom_text", SECRET * 100),
        ("dossier.sign_in_information.requested.v1", "data.kind", SECRET),
        ("dossier.sign_in_information.requested.v1", "data.custom_text", SECRET * 100),
        ("dossier.notice.issued.v1", "data.lines", []),
        ("dossier.notice.issued.v1", "data.audience", SECRET),
        ("dossier.notice.issued.v1", "data.lines.0.kind", SECRET),
        ("dossier.notice.issued.v1", "data.lines.0.at", "2026-03-03T09:15:00"),
        ("dossier.notice.issued.v1", "data.lines.0.reason", SECRET * 100),
        ("identity.access.linked.v1", "data.account_state", SECRET),
        ("identity.contact_code.issued.v1", "data.channel", "letter"),
        ("identity.invitation.extended.v1", "data.expires_at", "2026-03-03T09:15:00"),
        ("identity.security_notice.issued.v1", "data.kind", SECRET),
        ("identity.sign_in_information.issued.v1", "data.offers", []),
        ("scheduler.expiry.due.v1", "data.due_at", None),
    ],
)
def test_a_value_outside_its_contract_is_refused_by_its_path(
    golden_folder: Path, event_type: str, path: str, value: object
) -> None:
    with pytest.raises(MalformedEvent) as refused:
        parse_event(changed(golden_folder, event_type, path, value))

    assert str(refused.value).startswith(f"{path}: ")
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("event_type", ["dossier.grant.offered.v1", "dossier.grant.moved.v1"])
@pytest.mark.parametrize(
    ("path", "value"),
    [
        *(
            ("data.role", role)
            for role in ("holder", "co_holder", "family", "adviser", "Client", "administrator", SECRET)
        ),
        ("data.client_code", None),
    ],
)
def test_a9_a_contact_is_a_client_whatever_a_message_says(
    golden_folder: Path, event_type: str, path: str, value: object
) -> None:
    with pytest.raises(MalformedEvent, match=r"^data: .*client_code .*\(A9\)") as refused:
        parse_event(changed(golden_folder, event_type, path, value))

    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("form", ["minimal", "full"])
def test_a9_a_client_code_comes_with_the_role_of_a_client_only(golden_folder: Path, form: str) -> None:
    body = json.loads((golden_folder / "dossier.grant.offered.v1" / f"{form}.json").read_text())

    data = parse_event(json.dumps(body).encode()).data

    assert isinstance(data, GrantOffered)
    assert (data.role, data.client_code) == (("client", "8005551") if form == "full" else ("family", None))
