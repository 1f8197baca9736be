"""Alembic's entry: runs the migrations on the connection the kit opened."""

from service_kit.db.migrations import run

from identity_service.bootstrap import SERVICE

run(SERVICE.metadata)
