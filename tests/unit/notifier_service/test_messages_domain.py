"""Rules of messages: states (M4), languages (M1), plain text (M2), natural keys."""

from itertools import product

import pytest
from event_contracts.people import Language
from hypothesis import given
from hypothesis import strategies as st
from notifier_service.messages.domain import (
    CUSTOM_TEXT_LIMIT,
    FINAL_STATES,
    TRANSITIONS,
    WAITING_STATES,
    Channel,
    IllegalTransition,
    MessageState,
    Template,
    UnsafeText,
    invitation_key,
    language_for,
    move,
    plain_line,
    plain_text,
    reduced_recipient,
    reminder_key,
    reminder_template,
)
from service_kit.ids import new_id

S = MessageState
LINE_BREAKS = ["\r\n", "\n", "\r", "\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x00", "\x07"]


class TestStates:
    """M4: queued, sending, sent, deferred, failed, uncertain, suppressed."""

    def test_every_state_is_final_waiting_or_sending(self) -> None:
        assert set(S) == FINAL_STATES | WAITING_STATES | {S.SENDING}
        assert set(TRANSITIONS) == set(S)

    @pytest.mark.parametrize("state", sorted(FINAL_STATES))
    def test_nothing_leaves_a_final_state_but_a_sent_mail_that_bounced(self, state: MessageState) -> None:
        bounced = {S.FAILED} if state is S.SENT else set()

        for to in set(S) - bounced:
            with pytest.raises(IllegalTransition):
                move(state, to)
        for to in bounced:
            assert move(state, to) is to

    @pytest.mark.parametrize("state", sorted(WAITING_STATES))
    def test_what_waits_may_be_sent_or_suppressed(self, state: MessageState) -> None:
        assert move(state, S.SENDING) is S.SENDING
        assert move(state, S.SUPPRESSED) is S.SUPPRESSED

    @pytest.mark.parametrize(("state", "to"), list(product([S.QUEUED, S.DEFERRED], [S.SENT, S.FAILED, S.UNCERTAIN])))
    def test_nothing_is_sent_failed_or_in_doubt_without_having_been_sending(
        self, state: MessageState, to: MessageState
    ) -> None:
        with pytest.raises(IllegalTransition):
            move(state, to)

    def test_an_answer_after_the_lease_still_settles_the_doubt(self) -> None:
        assert move(S.UNCERTAIN, S.SENT) is S.SENT


class TestLanguage:
    """M1: the person's language, else the firm's, else French."""

    @pytest.mark.parametrize(
        ("person", "firm", "written"),
        [
            ("nl", "fr", Language.NL),
            (None, "en", Language.EN),
            ("de", "nl", Language.NL),
            ("de", "it", Language.FR),
            (None, None, Language.FR),
        ],
    )
    def test_the_first_language_we_write_in_wins(self, person: str, firm: str, written: Language) -> None:
        assert language_for(person, firm) is written


class TestPlainText:
    """M2: plain text only, never able to inject a header."""

    @pytest.mark.parametrize("line_break", LINE_BREAKS, ids=ascii)
    def test_a_line_that_is_none_is_refused_and_not_quoted(self, line_break: str) -> None:
        with pytest.raises(UnsafeText) as refused:
            plain_line(f"Léa{line_break}Bcc: all@example.com", "given_name")

        assert "given_name" in str(refused.value)
        assert "Bcc" not in str(refused.value)

    @pytest.mark.parametrize(
        "name",
        ["O'Neil", 'Anne "Nan" Petit', "王小明", "Zoé \U0001f469\u200d\U0001f467", "a" * 300, "<b>Fils</b>"],
    )
    def test_real_names_pass_unchanged(self, name: str) -> None:
        assert plain_line(name, "name") == name

    def test_direction_overrides_are_dropped(self) -> None:
        assert plain_line("a\u202egnp.exe", "name") == "agnp.exe"

    @given(st.text())
    def test_whatever_passes_is_one_line(self, text: str) -> None:
        try:
            line = plain_line(text, "name")
        except UnsafeText:
            return
        assert len(line.splitlines()) <= 1
        assert "\r" not in line
        assert "\n" not in line

    def test_the_granters_words_keep_their_lines_and_lose_their_controls(self) -> None:
        assert plain_text("Bonjour\r\nà\x00 vous\u202e") == "Bonjour\nà vous"

    @pytest.mark.parametrize("nothing", [None, "", "  \n "])
    def test_no_words_are_none(self, nothing: str | None) -> None:
        assert plain_text(nothing) is None

    @given(st.text(max_size=3000))
    def test_the_words_are_limited(self, text: str) -> None:
        assert len(plain_text(text) or "") <= CUSTOM_TEXT_LIMIT


class TestKeys:
    def test_a_mail_is_known_by_its_link(self) -> None:
        invitation_id = new_id()

        assert invitation_key(invitation_id, "sealed-1") == invitation_key(invitation_id, "sealed-1")
        assert invitation_key(invitation_id, "sealed-1") != invitation_key(invitation_id, "sealed-2")

    def test_a_reminder_is_known_by_its_ladder_and_step(self) -> None:
        assert reminder_key("ladder", 1) == reminder_key("ladder", None)
        assert len({reminder_key("ladder", 1), reminder_key("ladder", 2), reminder_key("next", 1)}) == 3

    @pytest.mark.parametrize(
        ("step", "template"),
        [(None, Template.REMINDER_1), (1, Template.REMINDER_1), (2, Template.REMINDER_2), (3, Template.REMINDER_LATER)],
    )
    def test_each_reminder_has_its_wording(self, step: int | None, template: Template) -> None:
        assert reminder_template(step) is template

    def test_of_a_recipient_only_what_tells_nothing_remains(self) -> None:
        assert reduced_recipient(Channel.EMAIL, "lea@example.com") == "***@example.com"
        assert reduced_recipient(Channel.SMS, "+32470123456") == "***56"
