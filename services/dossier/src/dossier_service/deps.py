"""What use cases need besides the transaction, and how routes get it."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from dossier_service.access.grants.service import OfferPolicy


@dataclass(frozen=True, slots=True)
class DossierDeps:
    """Built once by the composition root."""

    policy: OfferPolicy


def get_deps(request: Request) -> DossierDeps:
    """The application's dependencies."""
    deps: DossierDeps = request.app.state.deps
    return deps


DepsDep = Annotated[DossierDeps, Depends(get_deps)]
