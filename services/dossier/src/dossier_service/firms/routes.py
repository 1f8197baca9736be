"""HTTP of the firms area: where the caller works."""

from service_kit.db import UoW

from dossier_service.edge.callers import SignedIn
from dossier_service.edge.routing import router as make_router
from dossier_service.firms import repository
from dossier_service.firms.schemas import FirmList, FirmOut

router = make_router("firms")


@router.get("/firms")
async def list_firms(caller: SignedIn, uow: UoW) -> FirmList:
    """The firms the caller works for."""
    places = await repository.places_of(uow, caller.account_id)
    return FirmList(items=tuple(FirmOut.of(firm, member) for firm, member in places))
