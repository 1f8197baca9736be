"""The signed-in person, and user names reserved before they are used (I3)."""

from typing import Annotated

from fastapi import APIRouter, Path
from service_kit.db import UoW
from service_kit.errors import Forbidden, Invalid, Unauthenticated
from service_kit.http import problem_responses
from service_kit.http.auth import CurrentSystem, CurrentUser

from identity_service.accounts.domain import checked_name
from identity_service.accounts.schemas import Me, NameState, Reservation, Reserved, me_out
from identity_service.accounts.service import next_free_name, reserve_name
from identity_service.sessions.service import signed_in_account

router = APIRouter(prefix="/api/identity/v1", tags=["accounts"])

Name = Annotated[str, Path(max_length=200)]


@router.get("/me", responses=problem_responses(Unauthenticated, Forbidden))
async def get_me(caller: CurrentUser, uow: UoW) -> Me:
    """Who is signed in. Refused at once when the session is over, however young the token."""
    if caller.session_id is None:
        raise Unauthenticated("session_over", "Please sign in again.", rule="I10")
    return me_out(await signed_in_account(uow, caller.session_id))


@router.get("/user-names/{name}", responses=problem_responses(Unauthenticated, Forbidden, Invalid))
async def get_user_name(name: Name, caller: CurrentSystem, uow: UoW) -> NameState:
    """Whether the name, or one that looks like it, is taken."""
    wanted = checked_name(name)
    free = await next_free_name(uow, wanted)
    return NameState(user_name=wanted, available=free == wanted, next_free=free)


@router.put("/user-names/{name}/reservation", responses=problem_responses(Unauthenticated, Forbidden, Invalid))
async def put_reservation(name: Name, body: Reservation, caller: CurrentSystem, uow: UoW) -> Reserved:
    """Keeps the name for an address. Repeating it gives the same name; nothing says whether the address is known."""
    client_id = caller.client_id or str(caller.account_id)
    return Reserved(user_name=await reserve_name(uow, client_id=client_id, email=body.email, wanted=name))
