"""Values of the sections' content, pure."""

from enum import StrEnum


class MaritalStatus(StrEnum):
    SINGLE = "single"
    MARRIED = "married"
    LEGAL_COHABITATION = "legal_cohabitation"
    COHABITATION = "cohabitation"
    DIVORCED = "divorced"
    WIDOWED = "widowed"


class MatrimonialRegime(StrEnum):
    """How what a couple owns is held."""

    COMMUNITY_OF_ACQUESTS = "community_of_acquests"
    UNIVERSAL_COMMUNITY = "universal_community"
    SEPARATION = "separation"
    SEPARATION_WITH_ACQUESTS = "separation_with_acquests"
    OTHER = "other"


class AssetKind(StrEnum):
    REAL_ESTATE = "real_estate"
    BANK_ACCOUNT = "bank_account"
    SECURITIES = "securities"
    INSURANCE = "insurance"
    COMPANY_SHARES = "company_shares"
    MOVABLE = "movable"
    OTHER = "other"
