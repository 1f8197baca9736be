"""The key cache: asks identity rarely, one at a time, and lives through identity's being down."""

import asyncio

import httpx
import pytest
from joserfc.jwk import OKPKey
from service_kit.errors import Unavailable
from service_kit.security.tokens import JwksCache

URL = "http://identity.test/.well-known/jwks.json"


class Identity:
    """Serves the keys it has, counts who asks, can be down or talk nonsense."""

    def __init__(self, *kids: str) -> None:
        self.keys = {kid: OKPKey.generate_key("Ed25519") for kid in kids}
        self.asked = 0
        self.status = 200
        self.body: object = None
        self.was_asked = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()

    async def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        self.was_asked.set()
        assert str(request.url) == URL
        await self.gate.wait()
        if self.status == 0:
            raise httpx.ConnectError("down")
        keys = [{**key.as_dict(private=False), "kid": kid, "use": "sig"} for kid, key in self.keys.items()]
        return httpx.Response(self.status, json=self.body if self.body is not None else {"keys": keys})


class Seconds:
    def __init__(self) -> None:
        self.value = 1000.0

    def __call__(self) -> float:
        return self.value


@pytest.fixture
def seconds():
    return Seconds()


def cache_of(identity, seconds):
    return JwksCache(
        URL, min_interval=10, max_age=300, transport=httpx.MockTransport(identity.answer), monotonic=seconds
    )


async def test_keys_are_fetched_once_and_then_remembered(seconds):
    identity = Identity("a")
    cache = cache_of(identity, seconds)
    assert identity.asked == 0
    for _ in range(3):
        assert (await cache.key("a")).kid == "a"
    assert identity.asked == 1


async def test_an_unknown_kid_asks_at_most_once_per_interval(seconds):
    identity = Identity("a")
    cache = cache_of(identity, seconds)
    for _ in range(20):
        assert await cache.key("forged") is None
    assert identity.asked == 1
    seconds.value += 10
    assert await cache.key("forged") is None
    assert identity.asked == 2


async def test_a_new_key_is_found_when_a_token_names_it(seconds):
    identity = Identity("a")
    cache = cache_of(identity, seconds)
    await cache.key("a")
    identity.keys["b"] = OKPKey.generate_key("Ed25519")
    seconds.value += 10
    assert (await cache.key("b")).kid == "b"


async def test_a_withdrawn_key_is_gone_after_the_age_limit(seconds):
    identity = Identity("a", "b")
    cache = cache_of(identity, seconds)
    await cache.key("a")
    del identity.keys["a"]
    seconds.value += 299
    assert await cache.key("a") is not None
    seconds.value += 1
    assert await cache.key("a") is None
    assert identity.asked == 2


@pytest.mark.parametrize(("status", "body"), [(0, None), (500, None), (200, "nonsense"), (200, {"keys": 3}), (200, [])])
async def test_while_identity_is_down_the_last_good_keys_stay(seconds, status, body):
    identity = Identity("a")
    cache = cache_of(identity, seconds)
    await cache.key("a")
    identity.status, identity.body = status, body
    seconds.value += 400
    for _ in range(5):
        assert (await cache.key("a")).kid == "a"
    assert identity.asked == 2


async def test_without_any_key_the_answer_is_unavailable_not_unauthenticated(seconds):
    identity = Identity("a")
    identity.status = 0
    cache = cache_of(identity, seconds)
    with pytest.raises(Unavailable):
        await cache.key("a")
    identity.status = 200
    seconds.value += 10
    assert await cache.key("a") is not None


async def test_fifty_first_requests_fetch_once(seconds):
    identity = Identity("a")
    cache = cache_of(identity, seconds)
    found = await asyncio.gather(*(cache.key("a") for _ in range(50)))
    assert all(key.kid == "a" for key in found)
    assert identity.asked == 1


async def test_a_slow_refresh_holds_up_one_caller_only(seconds):
    identity = Identity("a")
    cache = cache_of(identity, seconds)
    await cache.key("a")
    identity.gate.clear()
    identity.was_asked.clear()
    seconds.value += 300
    slow = asyncio.create_task(cache.key("a"))
    await identity.was_asked.wait()
    assert (await asyncio.wait_for(cache.key("a"), 1)).kid == "a"
    identity.gate.set()
    assert (await slow).kid == "a"


async def test_keys_of_other_kinds_are_skipped(seconds):
    identity = Identity("a")
    x = identity.keys["a"].as_dict(private=False)["x"]
    identity.body = {
        "keys": [
            {"kty": "RSA", "kid": "r", "n": "AQAB", "e": "AQAB"},
            {"kty": "OKP", "crv": "Ed25519", "kid": "a", "x": x},
        ]
    }
    cache = cache_of(identity, seconds)
    assert await cache.key("r") is None
    assert await cache.key("a") is not None
