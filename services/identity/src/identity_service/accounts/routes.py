"""User names, proposed and reserved before they are used (I3)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from service_kit.db import UoW
from service_kit.errors import Forbidden, Invalid, Unauthenticated
from service_kit.http import problem_responses
from service_kit.http.auth import Caller, CurrentCaller
from service_kit.user_names import checked_name

from identity_service.accounts.schemas import NameState, Proposal, Reservation, Reserved
from identity_service.accounts.service import name_for_contact, name_for_person, next_free_name, reserve_name
from identity_service.invitations.access import has_staff_place
from identity_service.sessions.service import signed_in_account

router = APIRouter(prefix="/api/identity/v1", tags=["accounts"])

Name = Annotated[str, Path(max_length=200)]


async def _name_keeper(caller: CurrentCaller, uow: UoW) -> Caller:
    """A system, or a person with a place in a firm's staff, whose session is not over (I3)."""
    if caller.kind == "system":
        return caller
    if caller.session_id is None:
        raise Unauthenticated("session_over", "Please sign in again.", rule="I10")
    account = await signed_in_account(uow, caller.session_id)
    if not await has_staff_place(uow, account.id):
        raise Forbidden("staff_only", "This is for staff of a firm and for systems.", rule="I3")
    return caller


NameKeeper = Annotated[Caller, Depends(_name_keeper)]
Typed = Annotated[str | None, Query(min_length=1, max_length=200)]


@router.get("/user-names/proposal", responses=problem_responses(Unauthenticated, Forbidden, Invalid))
async def get_proposal(
    caller: NameKeeper, uow: UoW, given_name: Typed = None, family_name: Typed = None, client_code: Typed = None
) -> Proposal:
    """The default name of a person (`given_name`, `family_name`) or of a client's contact (`client_code`)."""
    if client_code is not None and given_name is None and family_name is None:
        return Proposal(user_name=await name_for_contact(uow, client_code))
    if client_code is None and given_name is not None and family_name is not None:
        return Proposal(user_name=await name_for_person(uow, given_name, family_name))
    raise Invalid("proposal_for_whom", "Give given_name and family_name, or else client_code.", rule="I3")


@router.get("/user-names/{name}", responses=problem_responses(Unauthenticated, Forbidden, Invalid))
async def get_user_name(name: Name, caller: NameKeeper, uow: UoW) -> NameState:
    """Whether the name, or one that looks like it, is taken."""
    wanted = checked_name(name)
    free = await next_free_name(uow, wanted)
    return NameState(user_name=wanted, available=free == wanted, next_free=free)


@router.put("/user-names/{name}/reservation", responses=problem_responses(Unauthenticated, Forbidden, Invalid))
async def put_reservation(name: Name, body: Reservation, caller: NameKeeper, uow: UoW) -> Reserved:
    """Keeps the name for an address. Repeating it gives the same name; nothing says whether the address is known."""
    client_id = caller.client_id or str(caller.account_id)
    return Reserved(user_name=await reserve_name(uow, client_id=client_id, email=body.email, wanted=name))
