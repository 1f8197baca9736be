"""HTTP of the records area."""

from uuid import UUID

from fastapi import Response
from service_kit.db import UoW
from service_kit.http.etags import IfMatch, require_match
from service_kit.http.pages import Page, PageParams, page_of
from service_kit.http.problems import problem_responses

from dossier_service.edge.callers import SignedIn
from dossier_service.edge.routing import EDITS, READS, WRITES, position
from dossier_service.edge.routing import router as make_router
from dossier_service.records import service
from dossier_service.records.schemas import AssetIn, AssetOut, FamilyStructureIn, FamilyStructureOut

router = make_router("records")
_SECTIONS = "/dossiers/{dossier_id}/sections"


@router.get(_SECTIONS + "/family-structure", responses=problem_responses(*READS))
async def read_family_structure(dossier_id: UUID, caller: SignedIn, uow: UoW, response: Response) -> FamilyStructureOut:
    """The family tree and what is noted beside it."""
    shown = FamilyStructureOut.of(await service.read_family(uow, caller.account_id, dossier_id))
    response.headers["ETag"] = shown.etag
    return shown


@router.put(_SECTIONS + "/family-structure", responses=problem_responses(*EDITS))
async def write_family_structure(
    dossier_id: UUID,
    body: FamilyStructureIn,
    caller: SignedIn,
    uow: UoW,
    response: Response,
    if_match: IfMatch = None,
) -> FamilyStructureOut:
    """Replaces what is noted about the family."""
    family = await service.write_family(
        uow,
        caller.account_id,
        dossier_id,
        body.marital_status,
        body.matrimonial_regime,
        body.note,
        lambda version: require_match(if_match, version),
    )
    shown = FamilyStructureOut.of(family)
    response.headers["ETag"] = shown.etag
    return shown


@router.get(_SECTIONS + "/asset-inventory", responses=problem_responses(*READS))
async def read_asset_inventory(dossier_id: UUID, caller: SignedIn, uow: UoW, page: PageParams) -> Page[AssetOut]:
    """The assets, oldest first."""
    assets = await service.read_assets(uow, caller.account_id, dossier_id, position(page), page.limit + 1)
    return page_of(assets, page.limit, key=lambda asset: (asset.id,), item=AssetOut.of)


@router.post(_SECTIONS + "/asset-inventory/assets", status_code=201, responses=problem_responses(*WRITES))
async def add_asset(dossier_id: UUID, body: AssetIn, caller: SignedIn, uow: UoW, response: Response) -> AssetOut:
    """Writes a new asset into the inventory."""
    shown = AssetOut.of(await service.add_asset(uow, caller.account_id, dossier_id, body.content()))
    response.headers["ETag"] = shown.etag
    return shown


@router.put(_SECTIONS + "/asset-inventory/assets/{asset_id}", responses=problem_responses(*EDITS))
async def write_asset(
    dossier_id: UUID,
    asset_id: UUID,
    body: AssetIn,
    caller: SignedIn,
    uow: UoW,
    response: Response,
    if_match: IfMatch = None,
) -> AssetOut:
    """Replaces an asset."""
    asset = await service.write_asset(
        uow,
        caller.account_id,
        dossier_id,
        asset_id,
        body.content(),
        lambda version: require_match(if_match, version),
    )
    shown = AssetOut.of(asset)
    response.headers["ETag"] = shown.etag
    return shown


@router.delete(_SECTIONS + "/asset-inventory/assets/{asset_id}", status_code=204, responses=problem_responses(*EDITS))
async def remove_asset(dossier_id: UUID, asset_id: UUID, caller: SignedIn, uow: UoW, if_match: IfMatch = None) -> None:
    """Takes an asset out of the inventory."""
    await service.remove_asset(
        uow, caller.account_id, dossier_id, asset_id, lambda version: require_match(if_match, version)
    )
