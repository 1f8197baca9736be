"""HTTP of the export: everybody about themselves, nobody about others (I13)."""

from service_kit.db import UoW

from dossier_service.access.export import repository
from dossier_service.access.export.schemas import ExportedFact, ExportedGrant, ExportedPlace, ExportOut
from dossier_service.edge.callers import SignedIn
from dossier_service.edge.routing import router as make_router

router = make_router("export")


@router.get("/my/export")
async def export(caller: SignedIn, uow: UoW) -> ExportOut:
    """What is kept here about the caller: accesses, places in a staff, and what the journal tells of them."""
    account_id = caller.account_id
    return ExportOut(
        account_id=account_id,
        grants=tuple(map(ExportedGrant.of, await repository.grants(uow, account_id))),
        staff_places=tuple(map(ExportedPlace.of, await repository.places(uow, account_id))),
        journal=tuple(map(ExportedFact.of, await repository.journal(uow, account_id))),
    )
