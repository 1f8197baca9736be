"""The words of the sections' content, as the API spells them."""

from enum import StrEnum


class KindName(StrEnum):
    """The kinds of records; the tree and what is noted beside it are not among them."""

    ASSET = "asset"
    GIFT = "gift"
    FINANCIAL_PROFILE = "financial_profile"
    INCOME = "income"
    EXPENSE = "expense"
    GOAL = "goal"
    SIMULATION = "simulation"
    REPORT = "report"
    INVOICE = "invoice"


class Change(StrEnum):
    """What happened to a record when a version of it came to be."""

    ADDED = "added"
    WRITTEN = "written"
    REMOVED = "removed"


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


class GiftKind(StrEnum):
    """What was given."""

    MONEY = "money"
    REAL_ESTATE = "real_estate"
    SECURITIES = "securities"
    MOVABLE = "movable"
    OTHER = "other"


class IncomeKind(StrEnum):
    """Where money comes from."""

    SALARY = "salary"
    SELF_EMPLOYMENT = "self_employment"
    PENSION = "pension"
    BENEFIT = "benefit"
    RENT = "rent"
    INVESTMENT = "investment"
    ALIMONY = "alimony"
    OTHER = "other"


class ExpenseKind(StrEnum):
    """Where money goes."""

    HOUSING = "housing"
    LIVING = "living"
    TAXES = "taxes"
    INSURANCE = "insurance"
    LOAN = "loan"
    TRANSPORT = "transport"
    HEALTH = "health"
    EDUCATION = "education"
    LEISURE = "leisure"
    ALIMONY = "alimony"
    OTHER = "other"


class Frequency(StrEnum):
    """How often an income or an expense recurs."""

    MONTHLY = "monthly"
    YEARLY = "yearly"
    ONCE = "once"


class Priority(StrEnum):
    """How much a goal matters."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class PaymentState(StrEnum):
    """Where the payment of an invoice stands."""

    OPEN = "open"
    PARTLY_PAID = "partly_paid"
    PAID = "paid"
    OVERDUE = "overdue"
