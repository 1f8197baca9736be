"""ETags and cursors: small pure rules of the edge."""

from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from service_kit.errors import Invalid, PreconditionFailed, PreconditionRequired
from service_kit.http import decode_cursor, encode_cursor, etag_of, page_of, require_match
from service_kit.http.pages import PageRequest


class TestEtags:
    def test_an_etag_is_the_version_in_quotes(self):
        assert etag_of(3) == '"3"'

    @pytest.mark.parametrize("header", ['"3"', '"2", "3"', "*"])
    def test_the_current_version_passes(self, header):
        require_match(header, 3)

    @pytest.mark.parametrize("header", ['"2"', "3", 'W/"3"', "", '"33"'])
    def test_a_stale_weak_or_malformed_tag_fails(self, header):
        with pytest.raises(PreconditionFailed) as refused:
            require_match(header, 3)
        assert refused.value.code == "version_changed"

    def test_a_missing_header_is_asked_for(self):
        with pytest.raises(PreconditionRequired):
            require_match(None, 3)


class TestCursors:
    @given(st.text(), st.integers(), st.uuids(), st.datetimes(timezones=st.just(UTC)))
    def test_a_key_survives_the_journey(self, text, number, ident, moment):
        cursor = encode_cursor(text, number, ident, moment)
        assert cursor.isascii()
        assert decode_cursor(cursor, str, int, UUID, datetime.fromisoformat) == (text, number, ident, moment)

    @given(st.text())
    def test_text_that_is_no_cursor_is_invalid_and_nothing_else(self, text):
        with suppress(Invalid):
            decode_cursor(text, UUID, datetime.fromisoformat)

    @pytest.mark.parametrize(
        "cursor",
        [
            "",
            "%%%",
            encode_cursor(),
            encode_cursor("x"),
            encode_cursor(None),
            encode_cursor(1),
            encode_cursor("a", "b"),
        ],
    )
    def test_a_cursor_of_another_list_is_invalid(self, cursor):
        with pytest.raises(Invalid) as refused:
            decode_cursor(cursor, UUID)
        assert refused.value.fields[0].field == "cursor"

    def test_the_first_page_has_no_key(self):
        assert PageRequest(50, None).after(UUID) is None
        ident = uuid4()
        assert PageRequest(50, encode_cursor(ident)).after(UUID) == (ident,)


class TestPages:
    def test_one_row_too_many_tells_of_a_next_page(self):
        page = page_of([1, 2, 3], 2, key=lambda row: (row,), item=str)
        assert page.items == ["1", "2"]
        assert decode_cursor(page.next or "", int) == (2,)

    @pytest.mark.parametrize("rows", [[], [1], [1, 2]])
    def test_the_last_page_has_no_cursor(self, rows):
        assert page_of(rows, 2, key=lambda row: (row,), item=str).next is None
