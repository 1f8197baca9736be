"""The registry of the dossier service's tables, apart from every other service's; constraints get speaking names."""

from service_kit.db import add_kit_tables
from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

_NAMES = {
    "pk": "%(table_name)s_pkey",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s_check",
}


class DossierTable(SQLModel, registry=registry(metadata=MetaData(naming_convention=_NAMES))):
    """Base of every table of this service."""


add_kit_tables(DossierTable.metadata)
