"""The registry of the notifier service's tables, apart from every other service's."""

from service_kit.db import add_kit_tables
from sqlalchemy.orm import registry
from sqlmodel import SQLModel


class NotifierTable(SQLModel, registry=registry()):
    """Base of every table of this service."""


add_kit_tables(NotifierTable.metadata)
