"""Alembic's entry: the kit runs the migrations on the connection it opened."""

from service_kit.db.migrations import run

from notifier_service.deliveries.tables import Attempt
from notifier_service.messages.tables import Message

# Both areas' tables must be known before they are compared.
assert Attempt.metadata is Message.metadata

run(Message.metadata)
