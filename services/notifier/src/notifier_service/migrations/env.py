"""Alembic's entry: the kit runs the migrations on the connection it opened."""

from service_kit.db.migrations import run

from notifier_service.accounts.tables import AccountAddress
from notifier_service.deliveries.tables import Attempt
from notifier_service.firms.tables import FirmBrand
from notifier_service.messages.tables import Message

# Every area's tables must be known before they are compared.
assert all(table.metadata is Message.metadata for table in (AccountAddress, Attempt, FirmBrand))

run(Message.metadata)
