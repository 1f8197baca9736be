"""Forms are taken from our own pages only, whatever the browser tells."""

import pytest
from identity_service.pages.browser import is_own_form

BASE = "https://dossiers.example.org"


@pytest.mark.parametrize(
    ("origin", "fetch_site", "own"),
    [
        (BASE, "same-origin", True),
        ("null", "same-origin", True),
        (None, "same-origin", True),
        (BASE, "none", True),
        ("https://evil.example", "cross-site", False),
        ("null", "cross-site", False),
        (None, "cross-site", False),
        ("https://other.example.org", "same-site", False),
        (BASE, None, True),
        ("https://Dossiers.Example.org", None, True),
        ("https://evil.example", None, False),
        ("https://dossiers.example.org.evil.example", None, False),
        ("http://dossiers.example.org", None, False),
        ("null", None, False),
        (None, None, True),
    ],
)
def test_a_foreign_form_is_refused(origin: str | None, fetch_site: str | None, own: bool) -> None:
    assert is_own_form(origin, fetch_site, BASE + "/") is own
