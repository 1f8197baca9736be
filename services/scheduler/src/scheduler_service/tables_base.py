"""The base of scheduler's tables: a registry of their own, so that services can be imported side by side."""

from service_kit.db import add_kit_tables
from sqlalchemy.orm import registry
from sqlmodel import SQLModel


class SchedulerTable(SQLModel, registry=registry()):
    """Base of every table of this service."""


add_kit_tables(SchedulerTable.metadata)
