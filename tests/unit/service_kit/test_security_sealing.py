"""Sealed values (I5): they open for whom and what they were made, until they expire, and for nothing else."""

import base64
import json
import os
from datetime import UTC, datetime, timedelta, timezone

import pytest
from event_contracts.people import SealedValue
from service_kit.security.keyring import KeyRing
from service_kit.security.sealing import SealBroken, Sealer, SealExpired, SealKeyUnknown

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
EXPIRES = NOW + timedelta(days=30)
WHAT = {"purpose": "invitation-link", "subject": "invitation-1", "recipient": "alice@example.org"}


def key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


OLD, NEW = key(), key()


@pytest.fixture
def sealer():
    return Sealer(KeyRing.parse(f"old:{OLD}"))


@pytest.fixture
def sealed(sealer):
    return sealer.seal("https://example.org/invitation/t0ken", expires_at=EXPIRES, **WHAT)


class TestSealer:
    def test_a_value_opens_for_what_it_was_made(self, sealer, sealed):
        assert sealer.open(sealed, now=NOW, **WHAT) == "https://example.org/invitation/t0ken"

    def test_it_shows_nothing_of_what_it_holds(self, sealed):
        assert "t0ken" not in sealed.model_dump_json()

    def test_it_survives_the_wire(self, sealer, sealed):
        received = SealedValue.model_validate_json(sealed.model_dump_json())
        assert sealer.open(received, now=NOW, **WHAT)

    def test_the_zone_in_which_an_expiry_is_written_does_not_matter(self, sealer):
        brussels = EXPIRES.astimezone(timezone(timedelta(hours=2)))
        sealed = sealer.seal("x", expires_at=brussels, **WHAT)
        assert sealer.open(sealed.model_copy(update={"expires_at": EXPIRES}), now=NOW, **WHAT) == "x"

    def test_the_same_value_never_looks_the_same(self, sealer):
        twice = {sealer.seal("x", expires_at=EXPIRES, **WHAT).ciphertext for _ in range(2)}
        assert len(twice) == 2

    @pytest.mark.parametrize("part", ["purpose", "subject", "recipient"])
    def test_it_does_not_open_for_another(self, sealer, sealed, part):
        with pytest.raises(SealBroken):
            sealer.open(sealed, now=NOW, **{**WHAT, part: "another"})

    @pytest.mark.parametrize("part", ["purpose", "subject", "recipient"])
    def test_what_it_says_of_itself_is_not_believed(self, sealer, sealed, part):
        moved = sealed.model_copy(update={part: "another"})
        with pytest.raises(SealBroken):
            sealer.open(moved, now=NOW, **{**WHAT, part: "another"})

    def test_a_longer_expiry_cannot_be_written_in(self, sealer, sealed):
        stretched = sealed.model_copy(update={"expires_at": EXPIRES + timedelta(days=1)})
        with pytest.raises(SealBroken):
            sealer.open(stretched, now=NOW, **WHAT)

    def test_parts_cannot_be_shifted_from_one_binding_to_the_next(self, sealer):
        sealed = sealer.seal("x", purpose="a", subject="bc", recipient="d", expires_at=EXPIRES)
        with pytest.raises(SealBroken):
            sealer.open(sealed, purpose="ab", subject="c", recipient="d", now=NOW)

    @pytest.mark.parametrize("ciphertext", ["", "AAAA", "not base64!", "é", "A" * 200])
    def test_damage_is_a_broken_seal(self, sealer, sealed, ciphertext):
        with pytest.raises(SealBroken):
            sealer.open(sealed.model_copy(update={"ciphertext": ciphertext}), now=NOW, **WHAT)

    def test_each_changed_bit_breaks_it(self, sealer, sealed):
        raw = base64.urlsafe_b64decode(sealed.ciphertext + "==")
        for position in range(0, len(raw), 7):
            changed = raw[:position] + bytes([raw[position] ^ 1]) + raw[position + 1 :]
            text = base64.urlsafe_b64encode(changed).decode().rstrip("=")
            with pytest.raises(SealBroken):
                sealer.open(sealed.model_copy(update={"ciphertext": text}), now=NOW, **WHAT)

    def test_it_opens_until_its_expiry_and_not_at_it(self, sealer, sealed):
        assert sealer.open(sealed, now=EXPIRES - timedelta(microseconds=1), **WHAT)
        with pytest.raises(SealExpired):
            sealer.open(sealed, now=EXPIRES, **WHAT)

    def test_a_broken_one_is_broken_even_when_it_is_too_old(self, sealer, sealed):
        with pytest.raises(SealBroken):
            sealer.open(sealed, now=EXPIRES, **{**WHAT, "subject": "another"})

    def test_a_naive_expiry_is_refused(self, sealer):
        with pytest.raises(ValueError):
            sealer.seal("x", expires_at=datetime(2026, 3, 1), **WHAT)  # noqa: DTZ001


class TestRotation:
    def test_the_first_key_seals_and_all_open(self, sealer, sealed):
        rotated = Sealer(KeyRing.parse(f"new:{NEW}, old:{OLD}"))
        assert rotated.seal("x", expires_at=EXPIRES, **WHAT).kid == "new"
        assert rotated.open(sealed, now=NOW, **WHAT)

    def test_a_key_that_is_not_known_is_said_so(self, sealed):
        with pytest.raises(SealKeyUnknown):
            Sealer(KeyRing.parse(f"new:{NEW}")).open(sealed, now=NOW, **WHAT)

    def test_a_name_for_another_key_does_not_open(self, sealed):
        with pytest.raises(SealBroken):
            Sealer(KeyRing.parse(f"old:{NEW}")).open(sealed, now=NOW, **WHAT)


class TestAtRest:
    def test_a_stored_value_opens_for_its_purpose_only(self):
        ring = KeyRing.parse(f"k1:{OLD}")
        stored = ring.encrypt_text(b"private key", purpose="signing-key", kid_of="2026-03")
        assert stored.startswith("k1:")
        assert ring.decrypt_text(stored, purpose="signing-key", kid_of="2026-03") == b"private key"
        with pytest.raises(SealBroken):
            ring.decrypt_text(stored, purpose="signing-key", kid_of="2026-04")

    def test_a_sealed_value_does_not_open_as_one_at_rest(self, sealer, sealed):
        ring = KeyRing.parse(f"old:{OLD}")
        with pytest.raises(SealBroken):
            ring.decrypt_text(f"old:{sealed.ciphertext}", purpose="invitation-link")


class TestKeyRing:
    @pytest.mark.parametrize(
        ("text", "complaint"),
        [
            ("", "holds no key"),
            (" , ", "holds no key"),
            ("changeme", "entry 1 is not of the form kid:base64"),
            (f"k1:{OLD},k2", "entry 2 is not of the form kid:base64"),
            (f":{OLD}", "entry 1 is not of the form kid:base64"),
            (f"k1:{OLD},k1:{NEW}", "entry 2 repeats"),
            ("k1:!!!not-base64!!!", "entry 1 is not base64"),
            ("k1:" + base64.b64encode(b"short").decode(), "has 5 bytes, it must have 32"),
            ("k1:" + base64.b64encode(b"\0" * 32).decode(), "entry 1 is not random"),
            ("k1:" + base64.b64encode(b"changeme" * 4).decode(), "entry 1 is not random"),
        ],
    )
    def test_a_bad_setting_is_refused_without_showing_it(self, text, complaint):
        with pytest.raises(ValueError, match=complaint) as refused:
            KeyRing.parse(text)
        for secret in filter(None, (part.partition(":")[2] for part in text.split(","))):
            assert secret not in str(refused.value)

    def test_both_base64_alphabets_are_read(self):
        raw = bytes(range(224, 256))
        texts = {base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode().rstrip("=")}
        sealed = Sealer(KeyRing({"k": raw})).seal("x", expires_at=EXPIRES, **WHAT)
        assert [Sealer(KeyRing.parse(f"k:{text}")).open(sealed, now=NOW, **WHAT) for text in texts] == ["x", "x"]

    def test_neither_repr_nor_json_shows_keys(self):
        ring = KeyRing.parse(f"k1:{OLD}")
        assert repr(ring) == "KeyRing(k1)"
        with pytest.raises(TypeError):
            json.dumps(ring)
