"""Alembic's entry: runs the migrations on the connection the kit opened."""

from service_kit.db.migrations import run

from scheduler_service.ladders.tables import Ladder

run(Ladder.metadata)
