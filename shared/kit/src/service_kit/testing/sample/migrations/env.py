"""Alembic's entry: the kit runs the migrations on the connection it opened."""

from service_kit.db.migrations import run
from service_kit.testing.sample.service import SampleTable

run(SampleTable.metadata)
