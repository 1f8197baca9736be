"""M5: the return path that names a message and that nobody can make up, and what a report does to a message."""

from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

import pytest
from notifier_service.bounces.domain import (
    LONGEST_BOUNCE_BOX,
    REPORTS_COUNT_FOR,
    Action,
    AddressHashes,
    BounceOutcome,
    Foreign,
    RecipientReport,
    ReturnPaths,
    Standing,
    Verdict,
    effect,
    judge,
)
from notifier_service.messages.domain import MessageState

O = BounceOutcome  # noqa: E741  # one letter keeps the tables readable
S = MessageState
MESSAGE = UUID("019a0c4e-5b7d-7e5f-a1b2-c3d4e5f60718")
OTHER = UUID("019a0c4e-5b7d-7e5f-a1b2-c3d4e5f60719")
NOW = datetime(2025, 11, 3, 9, 0, tzinfo=UTC)
OLD_KEY, NEW_KEY = b"a key of last year", b"a key of this year"


def paths(*keys: bytes, box: str | None = "bounces@access.example") -> ReturnPaths:
    return ReturnPaths("no-reply@access.example", box, keys or (NEW_KEY,))


class TestReturnPaths:
    def test_a_return_path_names_its_message(self) -> None:
        assert paths().message_of([paths().of(MESSAGE)]) == MESSAGE

    def test_the_local_part_fits_into_64_octets_with_the_longest_box(self) -> None:
        box = "b" * LONGEST_BOUNCE_BOX + "@access.example"

        assert len(paths(box=box).of(MESSAGE).partition("@")[0]) == 64

    def test_letter_case_and_angle_brackets_do_not_matter(self) -> None:
        assert paths().message_of([f"<{paths().of(MESSAGE).upper()}>"]) == MESSAGE

    def test_a_rotated_key_still_checks_what_it_tagged(self) -> None:
        assert paths(NEW_KEY, OLD_KEY).message_of([paths(OLD_KEY).of(MESSAGE)]) == MESSAGE
        assert paths(NEW_KEY, OLD_KEY).of(MESSAGE) == paths(NEW_KEY).of(MESSAGE)

    def test_the_first_genuine_address_counts(self) -> None:
        addresses = ["postmaster@access.example", paths(OLD_KEY).of(OTHER), paths().of(MESSAGE), paths().of(OTHER)]

        assert paths().message_of(addresses) == MESSAGE

    @pytest.mark.parametrize(
        "address",
        [
            "",
            "bounces@access.example",
            f"bounces+{MESSAGE.hex}@access.example",
            f"bounces+{MESSAGE.hex}-{'0' * 16}@access.example",
            f"bounces+{MESSAGE}-{'0' * 16}@access.example",
            paths(OLD_KEY).of(MESSAGE),
            paths().of(MESSAGE).replace(MESSAGE.hex, OTHER.hex),
            paths().of(MESSAGE).replace("access.example", "other.example"),
            paths().of(MESSAGE).replace("bounces", "no-reply"),
            "x" + paths().of(MESSAGE),
        ],
    )
    def test_an_address_we_did_not_give_out_is_foreign(self, address: str) -> None:
        with pytest.raises(Foreign):
            paths().message_of([address])

    def test_without_a_bounce_box_the_sender_is_the_return_path_and_no_report_is_believed(self) -> None:
        assert paths(box=None).of(MESSAGE) == "no-reply@access.example"
        with pytest.raises(Foreign):
            paths(box=None).message_of([paths().of(MESSAGE)])


class TestAddressHashes:
    def test_the_same_address_compares_whatever_its_letter_case_or_key(self) -> None:
        old, both = AddressHashes([OLD_KEY]), AddressHashes([NEW_KEY, OLD_KEY])

        assert old.newest("Lea@Example.com") in both.all("lea@example.com")
        assert both.newest("lea@example.com") not in old.all("lea@example.com")
        assert both.newest("lea@example.com") not in both.all("leo@example.com")


def block(action: Action, status: str = "5.1.1") -> RecipientReport:
    return RecipientReport(action, status)


class TestJudge:
    @pytest.mark.parametrize(
        ("blocks", "outcome", "permanent"),
        [
            ([block(Action.FAILED)], O.BOUNCED, True),
            ([block(Action.FAILED, "4.4.7")], O.BOUNCED, False),
            ([block(Action.FAILED), block(Action.FAILED, "4.4.7")], O.BOUNCED, False),
            ([block(Action.FAILED), block(Action.DELAYED, "4.4.1")], O.BOUNCED, True),
            ([block(Action.DELAYED, "4.4.1")], O.DELAYED, False),
            ([block(Action.DELAYED, "5.0.0")], O.DELAYED, False),
            *(([block(a, "2.0.0")], O.DELIVERED, False) for a in (Action.DELIVERED, Action.RELAYED, Action.EXPANDED)),
            *(
                ([block(Action.FAILED), block(a, "2.0.0")], O.DELIVERED, False)
                for a in (Action.DELIVERED, Action.RELAYED)
            ),
        ],
    )
    def test_a_mail_bounced_when_nobody_got_it(
        self, blocks: list[RecipientReport], outcome: BounceOutcome, permanent: bool
    ) -> None:
        verdict = judge(blocks)

        assert (verdict.outcome, verdict.permanent) == (outcome, permanent)

    def test_the_reason_people_read_is_bounded(self) -> None:
        assert Verdict(O.BOUNCED, True, "5.1.1", "x" * 500).reason == ("bounced: 5.1.1 " + "x" * 500)[:300]


SENT_NOW = Standing(S.SENT, NOW, bounced=False, uncertain=0)
BOUNCE, DELAY, DELIVERY = Verdict(O.BOUNCED, True), Verdict(O.DELAYED), Verdict(O.DELIVERED)


class TestEffect:
    @pytest.mark.parametrize(
        ("standing", "outcome"),
        [
            (SENT_NOW, O.BOUNCED),
            (Standing(S.SENT, NOW - REPORTS_COUNT_FOR, bounced=False, uncertain=0), O.BOUNCED),
            (
                Standing(S.SENT, NOW - REPORTS_COUNT_FOR - timedelta(seconds=1), bounced=False, uncertain=0),
                O.OLD_MESSAGE,
            ),
            (Standing(S.FAILED, NOW, bounced=True, uncertain=0), O.ALREADY_BOUNCED),
            (Standing(S.FAILED, NOW, bounced=False, uncertain=0), O.OLD_MESSAGE),
            (Standing(S.SUPPRESSED, NOW, bounced=False, uncertain=0), O.OLD_MESSAGE),
            (Standing(S.SENDING, None, bounced=False, uncertain=0), O.UNDER_WAY),
            (Standing(S.UNCERTAIN, None, bounced=False, uncertain=1), O.BOUNCED),
            (Standing(S.DEFERRED, None, bounced=False, uncertain=1), O.UNDER_WAY),
            (Standing(S.DEFERRED, None, bounced=False, uncertain=0), O.UNKNOWN_MESSAGE),
            (Standing(S.QUEUED, None, bounced=False, uncertain=0), O.UNKNOWN_MESSAGE),
        ],
    )
    def test_a_bounce_ends_what_was_sent_and_nothing_else(self, standing: Standing, outcome: BounceOutcome) -> None:
        assert effect(BOUNCE, standing, NOW) is outcome

    @pytest.mark.parametrize(("verdict", "state"), list(product([DELAY, DELIVERY], S)))
    def test_a_delay_or_delivery_never_ends_a_message(self, verdict: Verdict, state: MessageState) -> None:
        standing = Standing(state, NOW, bounced=False, uncertain=1)

        assert effect(verdict, standing, NOW) is not O.BOUNCED
