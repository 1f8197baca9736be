"""What a financial profile holds: incomes, expenses and goals, once the client has created it (A7, P3)."""

import datetime
from uuid import UUID

from service_kit.http.pages import Page

from dossier_service.access.domain import Action, Refusal, Section
from dossier_service.edge.fields import Note, Title
from dossier_service.records.domain import ExpenseKind, Frequency, IncomeKind, KindName, Priority
from dossier_service.records.kinds.collection import Collection
from dossier_service.records.schemas import ContentIn, MoneyIn, MoneyOut, RecordOut
from dossier_service.records.service import RecordKind

PATH = "/financial-profile"
THE_ONE = "the one"
"""The key of the profile: a dossier has one."""
_EXISTS = Refusal("conflict", "profile_exists", "A7", "the dossier has a financial profile already")
MISSING = Refusal("conflict", "profile_missing", "A7", "the client has not created a financial profile yet")


class ProfileIn(ContentIn):
    """What the client says about the profile as a whole."""

    note: Note = ""

    def key(self) -> str:
        return THE_ONE


class RecurringIn(ContentIn):
    """What comes in or goes out, for somebody of the tree or for the household."""

    description: Title
    value: MoneyIn
    frequency: Frequency
    person_id: UUID | None = None

    def people(self) -> tuple[tuple[str, UUID], ...]:
        return (("person_id", self.person_id),) if self.person_id else ()


class IncomeIn(RecurringIn):
    """An income."""

    kind: IncomeKind


class ExpenseIn(RecurringIn):
    """An expense."""

    kind: ExpenseKind


class GoalIn(ContentIn):
    """What is to be reached, by when, and how much it matters."""

    description: Title
    value: MoneyIn
    by: datetime.date
    priority: Priority = Priority.MEDIUM


class RecurringOut(RecordOut):
    description: str
    value: MoneyOut
    frequency: Frequency
    person_id: UUID | None


class IncomeOut(RecurringOut):
    """An income; its person may have left the tree since."""

    kind: IncomeKind


class ExpenseOut(RecurringOut):
    """An expense; its person may have left the tree since."""

    kind: ExpenseKind


class GoalOut(RecordOut):
    """A goal."""

    description: str
    value: MoneyOut
    by: datetime.date
    priority: Priority


PROFILE = RecordKind(KindName.FINANCIAL_PROFILE, Section.FINANCIAL_PROFILE, adding=Action.CREATE, taken=_EXISTS)
INCOME = RecordKind(KindName.INCOME, Section.FINANCIAL_PROFILE, after=(PROFILE, MISSING))
EXPENSE = RecordKind(KindName.EXPENSE, Section.FINANCIAL_PROFILE, after=(PROFILE, MISSING))
GOAL = RecordKind(KindName.GOAL, Section.FINANCIAL_PROFILE, after=(PROFILE, MISSING))
INCOMES = Collection(INCOME, PATH + "/incomes", IncomeIn, IncomeOut, Page[IncomeOut], PATH + "/incomes")
EXPENSES = Collection(EXPENSE, PATH + "/expenses", ExpenseIn, ExpenseOut, Page[ExpenseOut], PATH + "/expenses")
GOALS = Collection(GOAL, PATH + "/goals", GoalIn, GoalOut, Page[GoalOut], PATH + "/goals")
