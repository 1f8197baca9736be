"""The published key set: what every other service, and nobody's secret, verifies tokens with."""

from typing import Any

from fastapi import APIRouter, Response
from service_kit.db import UoW

from identity_service.deps import DepsDep
from identity_service.keys.service import published

router = APIRouter(tags=["keys"])


@router.get("/.well-known/jwks.json")
async def jwks(uow: UoW, deps: DepsDep, response: Response) -> dict[str, list[dict[str, Any]]]:
    """JSON Web Key Set (RFC 7517), with the next key before it is used."""
    response.headers["Cache-Control"] = "public, max-age=60"
    return {"keys": await published(uow, deps.signer.ring)}
