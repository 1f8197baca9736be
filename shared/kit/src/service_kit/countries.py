"""Countries as ISO 3166 alpha-2 codes: those that have phone numbers, from the list that numbers are checked with."""

from phonenumbers import SUPPORTED_REGIONS

_ISLANDS_WITHOUT_CODE = {"AC", "TA"}
"""Regions of their own for phones; ISO 3166 counts them to Saint Helena."""

COUNTRIES: frozenset[str] = frozenset(SUPPORTED_REGIONS) - _ISLANDS_WITHOUT_CODE
