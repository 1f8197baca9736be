"""HTTP of the client record."""

from uuid import UUID

from fastapi import Response
from service_kit.db import UoW
from service_kit.http.etags import IfMatch, require_match
from service_kit.http.pages import Page, PageParams, page_of
from service_kit.http.problems import problem_responses

from dossier_service.clients.schemas import ClientPatch, ClientRecordOut, version_out
from dossier_service.edge.callers import SignedIn
from dossier_service.edge.routing import EDITS, READS
from dossier_service.edge.routing import router as make_router
from dossier_service.records.client_record import service
from dossier_service.records.client_record.schemas import ClientRecordSection, PersonRecordIn, PersonRecordOut
from dossier_service.records.schemas import VersionOut, version_before, versions_page

router = make_router("records")
_SECTION = "/dossiers/{dossier_id}/sections/client-record"
_PERSON = _SECTION + "/people/{person_id}"


@router.get(_SECTION, responses=problem_responses(*READS))
async def read_client_record(dossier_id: UUID, caller: SignedIn, uow: UoW, response: Response) -> ClientRecordSection:
    """The client's record and the personal ones, as far as they are the caller's (A7)."""
    shown = ClientRecordSection.of(await service.read(uow, caller.account_id, dossier_id))
    if shown.client is not None:
        response.headers["ETag"] = shown.client.etag
    return shown


@router.patch(_SECTION, responses=problem_responses(*EDITS))
async def change_client_record(
    dossier_id: UUID,
    body: ClientPatch,
    caller: SignedIn,
    uow: UoW,
    response: Response,
    if_match: IfMatch = None,
) -> ClientRecordOut:
    """Changes fields of the client's record; the If-Match is that of `client`.

    What the firm says of its client (code, status, currency, type, branch, payer, language, e-mail) its staff change.
    """
    client, for_staff = await service.change_client(
        uow, caller.account_id, dossier_id, body.sent(), lambda version: require_match(if_match, version)
    )
    shown = ClientRecordOut.of(client, for_staff=for_staff)
    response.headers["ETag"] = shown.etag
    return shown


@router.get(_SECTION + "/history", responses=problem_responses(*READS))
async def read_client_record_history(
    dossier_id: UUID, caller: SignedIn, uow: UoW, page: PageParams
) -> Page[VersionOut]:
    """Who left the client's record how, newest first."""
    for_staff, versions = await service.client_history(
        uow, caller.account_id, dossier_id, version_before(page), page.limit + 1
    )
    return page_of(
        versions,
        page.limit,
        key=lambda version: (version.version,),
        item=lambda version: version_out(version, for_staff=for_staff),
    )


@router.get(_PERSON, responses=problem_responses(*READS))
async def read_person_record(
    dossier_id: UUID, person_id: UUID, caller: SignedIn, uow: UoW, response: Response
) -> PersonRecordOut:
    """What is noted of somebody in the tree."""
    return _shown(await service.read_person(uow, caller.account_id, dossier_id, person_id), response)


@router.put(_PERSON, responses=problem_responses(*EDITS))
async def write_person_record(
    dossier_id: UUID,
    person_id: UUID,
    body: PersonRecordIn,
    caller: SignedIn,
    uow: UoW,
    response: Response,
    if_match: IfMatch = None,
) -> PersonRecordOut:
    """Replaces what is noted of somebody in the tree; e-mail and phone for signing in are with the people (A7)."""
    entry = await service.write_person(
        uow,
        caller.account_id,
        dossier_id,
        person_id,
        body.personal(),
        lambda version: require_match(if_match, version),
    )
    return _shown(entry, response)


@router.get(_PERSON + "/history", responses=problem_responses(*READS))
async def read_person_record_history(
    dossier_id: UUID, person_id: UUID, caller: SignedIn, uow: UoW, page: PageParams
) -> Page[VersionOut]:
    """What was noted of somebody before, newest first."""
    found = await service.person_history(
        uow, caller.account_id, dossier_id, person_id, version_before(page), page.limit + 1
    )
    return versions_page(*found, page.limit)


def _shown(entry: service.PersonEntry, response: Response) -> PersonRecordOut:
    shown = PersonRecordOut.of(entry)
    response.headers["ETag"] = shown.etag
    return shown
