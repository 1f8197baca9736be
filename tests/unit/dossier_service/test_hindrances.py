"""Limits to addresses (A9): what is a network, what is within; and what keeps a live grant from counting (A5, I11)."""

from dataclasses import replace

import pytest
from dossier_service.access.domain import (
    REASONS,
    Action,
    Hindered,
    Hindrance,
    Section,
    Standing,
    checked_networks,
    decide,
    hindrance_of,
    is_within,
    why_not_open,
)
from service_kit.errors import Invalid
from service_kit.networks import parse_networks


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ([], ()),
        (["203.0.113.7"], ("203.0.113.7",)),
        (["203.0.113.7/32", " 203.0.113.7 "], ("203.0.113.7",)),
        (["10.0.0.0/8", "203.0.113.7"], ("10.0.0.0/8", "203.0.113.7")),
        (["2001:db8::1", "10.0.0.0/8"], ("10.0.0.0/8", "2001:db8::1")),
        (["2001:DB8::/32"], ("2001:db8::/32",)),
        (["::ffff:203.0.113.7"], ("203.0.113.7",)),
        (["::ffff:10.0.0.0/104"], ("10.0.0.0/8",)),
    ],
)
def test_a9_a_limit_has_one_spelling(typed: list[str], kept: tuple[str, ...]) -> None:
    assert checked_networks(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "123.542.654.785",
        "",
        "10.0.0",
        "example.com",
        "10.0.0.7/24",
        "2001:db8::1/64",
        "10.0.0.0/33",
        "::/129",
        "fe80::1%eth0",
        "::ffff:10.0.0.1%x,y",
    ],
)
def test_a9_what_is_no_address_is_refused_by_name(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_networks(["10.0.0.1", typed])

    (error,) = refused.value.fields
    assert (error.field, error.code, error.rule) == ("networks.1", "network_malformed", "A9")


def test_a9_host_bits_are_explained() -> None:
    with pytest.raises(Invalid) as refused:
        checked_networks(["10.0.0.7/24"])

    assert "names a host" in refused.value.fields[0].detail


@pytest.mark.parametrize(
    ("address", "networks", "within"),
    [
        ("203.0.113.7", [], True),
        (None, [], True),
        ("203.0.113.7", ["203.0.113.7"], True),
        ("203.0.113.8", ["203.0.113.7"], False),
        ("::ffff:203.0.113.7", ["203.0.113.7"], True),
        ("10.1.2.3", ["192.0.2.0/24", "10.0.0.0/8"], True),
        ("2001:db8::5", ["2001:db8::/64"], True),
        ("2001:db9::5", ["2001:db8::/64"], False),
        ("10.1.2.3", ["::/0"], False),
        (None, ["0.0.0.0/0"], False),
        ("unknown", ["0.0.0.0/0"], False),
        ("123.542.654.785", ["0.0.0.0/0"], False),
    ],
)
def test_a9_an_address_is_within_a_limit_or_not(address: str | None, networks: list[str], within: bool) -> None:
    assert is_within(address, parse_networks(networks)) is within


@pytest.mark.parametrize(
    ("deactivated", "deceased", "address", "hindrance"),
    [
        (False, False, "10.0.0.1", None),
        (False, False, "10.0.0.2", Hindrance.ADDRESS),
        (False, True, "10.0.0.1", Hindrance.DECEASED),
        (True, True, "10.0.0.2", Hindrance.DEACTIVATED),
    ],
)
def test_what_stands_in_the_way(deactivated: bool, deceased: bool, address: str, hindrance: Hindrance | None) -> None:
    networks = parse_networks(["10.0.0.1"])

    assert hindrance_of(deactivated=deactivated, deceased=deceased, networks=networks, address=address) is hindrance


@pytest.mark.parametrize("hindrance", list(Hindrance))
def test_a_hindered_grant_allows_nothing_and_the_decision_says_why(
    everybody: dict[str, Standing], hindrance: Hindrance
) -> None:
    grant = everybody["client_write"].grants[0]
    standing = replace(everybody["client_write"], grants=(), hindered=(Hindered(grant, hindrance),))

    decision = decide(standing, Section.REPORTS, Action.READ)

    assert (decision.allowed, decision.code, decision.rule) == (
        False,
        REASONS[hindrance].code,
        REASONS[hindrance].rule,
    )
    assert decision.grant == grant
    assert standing.visible is (hindrance is Hindrance.ADDRESS)


def test_a9_whoever_asks_from_elsewhere_hears_why(everybody: dict[str, Standing]) -> None:
    grant = everybody["client_write"].grants[0]
    standing = replace(everybody["client_write"], grants=(), hindered=(Hindered(grant, Hindrance.ADDRESS),))

    assert why_not_open(standing) == REASONS[Hindrance.ADDRESS]
