"""What `migrate` does in the broker: topology with its own user, then the service's user and permissions."""

from collections.abc import Iterable

from service_kit.logging import get_logger
from service_kit.messaging.connection import connect
from service_kit.messaging.permissions import BrokerAdmin
from service_kit.messaging.topology import declare

log = get_logger(__name__)


async def migrate_broker(
    service: str, types: Iterable[str], *, migration_url: str, service_url: str, management_url: str | None
) -> None:
    """Declares everything of one service. Without a management URL, users and permissions stay the operator's."""
    connection = await connect(migration_url, f"{service} migrate")
    try:
        await declare(await connection.channel(), service, types)
    finally:
        await connection.close()
    if management_url is None:
        log.warning("broker permissions are left to the operator", action="permissions_skipped")
        return
    async with BrokerAdmin(management_url) as admin:
        await admin.allow_service(service, service_url)
