"""Alembic's entry: runs the migrations on the connection the kit opened; the composition root knows every table."""

from service_kit.db.migrations import run

from dossier_service.bootstrap import SERVICE

run(SERVICE.metadata)
