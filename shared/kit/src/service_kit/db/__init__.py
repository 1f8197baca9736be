"""The database edge: one transaction per request or message, committed by the edge and by nobody else."""

from service_kit.db.columns import enum_column, json_column, utc_column
from service_kit.db.database import Database, DatabaseOptions
from service_kit.db.dependency import UoW, get_uow
from service_kit.db.kit_tables import add_kit_tables
from service_kit.db.unit_of_work import UnitOfWork

__all__ = [
    "Database",
    "DatabaseOptions",
    "UnitOfWork",
    "UoW",
    "add_kit_tables",
    "enum_column",
    "get_uow",
    "json_column",
    "utc_column",
]
