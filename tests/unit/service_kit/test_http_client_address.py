"""The caller's address (A9): only trusted proxies are believed, nobody chooses their own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from service_kit.http.client_address import UNKNOWN, client_address
from service_kit.networks import parse_address, parse_networks

GATEWAY = "10.0.0.1"
TRUSTED = parse_networks(["10.0.0.0/8", "127.0.0.1", "fd00::/8"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected", "why"),
    [
        ("203.0.113.9", [], "203.0.113.9", "no proxy"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9", "an untrusted peer's header is not read"),
        (GATEWAY, [], GATEWAY, "the gateway itself calls"),
        (GATEWAY, ["203.0.113.9"], "203.0.113.9", "one proxy"),
        (GATEWAY, ["1.2.3.4, 203.0.113.9"], "203.0.113.9", "what the client wrote stands left and is not read"),
        (GATEWAY, ["127.0.0.1, 203.0.113.9"], "203.0.113.9", "spoofed loopback"),
        (GATEWAY, ["10.9.9.9, 203.0.113.9"], "203.0.113.9", "spoofed proxy"),
        (GATEWAY, ["203.0.113.9, 10.0.0.2"], "203.0.113.9", "two proxies"),
        (GATEWAY, ["1.1.1.1", "203.0.113.9"], "203.0.113.9", "header sent twice: the last one is the nearest"),
        (GATEWAY, ["203.0.113.9,garbage"], GATEWAY, "garbage ends the walk at the proxy that sent it"),
        (GATEWAY, ["203.0.113.9, "], GATEWAY, "so does an empty element"),
        (GATEWAY, ["garbage, 203.0.113.9"], "203.0.113.9", "garbage further left is not read"),
        (GATEWAY, ["123.542.654.785"], GATEWAY, "the seed's own example is no address"),
        (GATEWAY, ["unknown"], GATEWAY, "RFC 7239 words are no addresses"),
        (GATEWAY, ["10.0.0.3, 10.0.0.2"], "10.0.0.3", "all trusted: the furthest"),
        (GATEWAY, ["203.0.113.9:51234"], "203.0.113.9", "with a port"),
        (GATEWAY, ["[2001:db8::1]:443"], "2001:db8::1", "IPv6 with a port"),
        (GATEWAY, ["2001:DB8:0::1"], "2001:db8::1", "IPv6 has one spelling"),
        (GATEWAY, ["fe80::1%eth0"], "fe80::1", "a zone means nothing elsewhere"),
        ("fd00::1", ["2001:db8::1"], "2001:db8::1", "IPv6 proxy"),
        ("::ffff:10.0.0.1", ["203.0.113.9"], "203.0.113.9", "a mapped peer is the IPv4 proxy"),
        (GATEWAY, ["::ffff:203.0.113.9"], "203.0.113.9", "a mapped client is the IPv4 client"),
        (None, ["203.0.113.9"], UNKNOWN, "no peer, no trust"),
        ("/run/app.sock", ["203.0.113.9"], UNKNOWN, "a socket path is no address"),
    ],
)
def test_the_nearest_untrusted_address_wins(peer, forwarded, expected, why):
    assert client_address(peer, forwarded, TRUSTED) == expected, why


def test_without_trusted_proxies_the_header_is_never_read():
    assert client_address(GATEWAY, ["203.0.113.9"], ()) == GATEWAY


@given(st.lists(st.text(max_size=60), max_size=5))
def test_whatever_a_client_writes_left_of_the_gateways_entry_changes_nothing(written):
    assert client_address(GATEWAY, [*written, "203.0.113.9"], TRUSTED) == "203.0.113.9"


@given(st.text())
def test_any_text_is_an_address_or_none(text):
    address = parse_address(text)
    assert address is None or str(address)


@pytest.mark.parametrize("text", ["10.0.0.1/8", "10.0.0.0/33", "proxy", "*"])
def test_a_proxy_list_that_is_no_network_is_refused(text):
    with pytest.raises(ValueError):
        parse_networks([text])
