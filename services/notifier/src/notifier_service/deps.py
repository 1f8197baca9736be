"""What notifier's use cases need besides the transaction: built once by `bootstrap`, passed to handlers and loops."""

from dataclasses import dataclass

from service_kit.security.sealing import Sealer

from notifier_service.lanes.metrics import DeliveryMetrics
from notifier_service.templates.render import Renderer


@dataclass(frozen=True)
class NotifierDeps:
    """Handlers only store; opening and rendering happen when a message is sent."""

    sealer: Sealer
    renderer: Renderer
    metrics: DeliveryMetrics
