"""HTTP of the financial profile as a whole: created once, by the client; its page says what a usual year comes to."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from fastapi import Response
from service_kit.db import UnitOfWork, UoW
from service_kit.http.auth import Caller
from service_kit.http.etags import IfMatch, require_match
from service_kit.http.pages import DEFAULT_LIMIT, Page, PageParams, PageRequest
from service_kit.http.problems import problem_responses

from dossier_service.edge.callers import SignedIn
from dossier_service.edge.fields import Output
from dossier_service.edge.refusals import refused
from dossier_service.edge.routing import EDITS, READS, WRITES
from dossier_service.edge.routing import router as make_router
from dossier_service.records import service
from dossier_service.records.domain import Frequency, KindName, Money, Recurring, Year, usual_year
from dossier_service.records.kinds.collection import SECTIONS
from dossier_service.records.kinds.profile import (
    EXPENSE,
    EXPENSES,
    GOALS,
    INCOME,
    INCOMES,
    MISSING,
    PATH,
    PROFILE,
    THE_ONE,
    ExpenseOut,
    GoalOut,
    IncomeOut,
    ProfileIn,
)
from dossier_service.records.schemas import RecordOut, VersionOut, version_before, versions_page
from dossier_service.records.service import Call
from dossier_service.records.tables import Record

_WHOLE = SECTIONS + PATH


class YearOut(Output):
    """Incomes and expenses of a usual year in one currency; what happens once is left out."""

    currency: str
    incomes: Decimal
    expenses: Decimal
    remains: Decimal

    @classmethod
    def of(cls, year: Year) -> Self:
        return cls(currency=year.currency, incomes=year.incomes, expenses=year.expenses, remains=year.remains)


class ProfileOut(RecordOut):
    """The profile as a whole, and what a usual year comes to."""

    note: str
    usual_year: tuple[YearOut, ...]


class FinancialProfileOut(Output):
    """The section: `profile` is empty until the client has created it; the lists go on at paths of their own."""

    profile: ProfileOut | None
    incomes: Page[IncomeOut]
    expenses: Page[ExpenseOut]
    goals: Page[GoalOut]


router = make_router("records")


@router.get(_WHOLE, responses=problem_responses(*READS))
async def read_financial_profile(
    dossier_id: UUID, caller: SignedIn, uow: UoW, response: Response
) -> FinancialProfileOut:
    """The profile, if it was created, with the first of its incomes, expenses and goals."""
    profile = await service.read_of_key(uow, _call(caller, dossier_id), THE_ONE)
    first = PageRequest(DEFAULT_LIMIT, None)
    return FinancialProfileOut(
        profile=await _shown(uow, caller, profile, response) if profile else None,
        incomes=await INCOMES.read_page(dossier_id, caller, uow, first),
        expenses=await EXPENSES.read_page(dossier_id, caller, uow, first),
        goals=await GOALS.read_page(dossier_id, caller, uow, first),
    )


@router.post(_WHOLE, status_code=201, responses=problem_responses(*WRITES))
async def create_financial_profile(
    dossier_id: UUID, body: ProfileIn, caller: SignedIn, uow: UoW, response: Response
) -> ProfileOut:
    """Creates the profile, once; that is the client's to do (A7)."""
    profile = await service.add(uow, _call(caller, dossier_id), body.draft())
    return await _shown(uow, caller, profile, response)


@router.put(_WHOLE, responses=problem_responses(*EDITS))
async def write_financial_profile(
    dossier_id: UUID, body: ProfileIn, caller: SignedIn, uow: UoW, response: Response, if_match: IfMatch = None
) -> ProfileOut:
    """Replaces what is said about the profile as a whole."""
    call = _call(caller, dossier_id)
    profile = await service.write(
        uow, call, await _id(uow, call), body.draft(), lambda version: require_match(if_match, version)
    )
    return await _shown(uow, caller, profile, response)


@router.get(_WHOLE + "/history", responses=problem_responses(*READS))
async def read_financial_profile_history(
    dossier_id: UUID, caller: SignedIn, uow: UoW, page: PageParams
) -> Page[VersionOut]:
    """The versions of what is said about the profile as a whole, newest first."""
    call = _call(caller, dossier_id)
    found = await service.history(uow, call, await _id(uow, call), version_before(page), page.limit + 1)
    return versions_page(*found, page.limit)


def _call(caller: Caller, dossier_id: UUID) -> Call:
    return Call(caller.account_id, dossier_id, PROFILE)


async def _id(uow: UnitOfWork, call: Call) -> UUID:
    profile = await service.read_of_key(uow, call, THE_ONE)
    if profile is None:
        raise refused(MISSING)
    return profile.id


async def _shown(uow: UnitOfWork, caller: Caller, profile: Record, response: Response) -> ProfileOut:
    kept = await service.contents(uow, _call(caller, profile.dossier_id), INCOME, EXPENSE)
    incomes, expenses = (_recurring(kept, kind) for kind in (KindName.INCOME, KindName.EXPENSE))
    year = tuple(map(YearOut.of, usual_year(incomes, expenses)))
    shown = ProfileOut.of(profile, usual_year=year)
    response.headers["ETag"] = shown.etag
    return shown


def _recurring(kept: service.Contents, wanted: KindName) -> list[Recurring]:
    return [_one(content) for kind, content in kept if kind is wanted]


def _one(content: Mapping[str, Any]) -> Recurring:
    value = Money(Decimal(content["value"]["amount"]), content["value"]["currency"])
    return Recurring(value, Frequency(content["frequency"]))
