"""What notifier's use cases need besides the transaction: built once by `bootstrap`, passed to handlers and loops."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from service_kit.security.sealing import Sealer

from notifier_service.bounces.domain import AddressHashes, ReturnPaths
from notifier_service.lanes.metrics import DeliveryMetrics
from notifier_service.templates.render import Renderer


@dataclass(frozen=True)
class NotifierDeps:
    """Handlers only store; opening and rendering happen when a message is sent."""

    sealer: Sealer
    renderer: Renderer
    metrics: DeliveryMetrics
    return_paths: ReturnPaths
    address_hashes: AddressHashes


def get_deps(request: Request) -> NotifierDeps:
    """The application's dependencies."""
    deps: NotifierDeps = request.app.state.deps
    return deps


DepsDep = Annotated[NotifierDeps, Depends(get_deps)]
