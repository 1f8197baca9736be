"""Operator commands of the dossier service: creating a firm with its first administrator."""

import asyncio
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Annotated

import typer
from event_contracts.people import Language
from pydantic import TypeAdapter, ValidationError
from service_kit.db import Database
from service_kit.errors import DomainError

from dossier_service.edge.fields import Name, Title
from dossier_service.firms.domain import StaffRole
from dossier_service.firms.service import NewStaff, create_firm
from dossier_service.settings import DossierSettings

OpenDatabase = Callable[[DossierSettings], AbstractAsyncContextManager[Database]]

_NAME: TypeAdapter[str] = TypeAdapter(Name)
_TITLE: TypeAdapter[str] = TypeAdapter(Title)


def firm_commands(open_database: OpenDatabase) -> typer.Typer:
    """`create-firm`; the composition root says how the database is opened."""
    app = typer.Typer()

    @app.command(name="create-firm")
    def create_firm_command(
        name: Annotated[str, typer.Option(help="The firm's name, as its mails show it")],
        given_name: Annotated[str, typer.Option(help="The administrator's given name")],
        family_name: Annotated[str, typer.Option(help="The administrator's family name")],
        email: Annotated[str, typer.Option(help="The administrator's e-mail address")],
        phone: Annotated[str, typer.Option(help="The administrator's phone, with country code")],
        language: Annotated[Language, typer.Option(help="The firm's language")] = Language.FR,
    ) -> None:
        """Create a firm and invite its administrator; prints both ids as JSON."""
        try:
            title = _TITLE.validate_python(name)
            given, family = _NAME.validate_python(given_name), _NAME.validate_python(family_name)
            administrator = NewStaff(StaffRole.ADMINISTRATOR, given, family, email, phone, None)
            settings = DossierSettings.load()
            ids = asyncio.run(_create(open_database, settings, title, language, administrator))
        except (ValidationError, DomainError) as error:
            raise typer.BadParameter(_reason(error)) from None
        typer.echo(json.dumps(ids))

    return app


async def _create(
    open_database: OpenDatabase, settings: DossierSettings, name: str, language: Language, administrator: NewStaff
) -> dict[str, str]:
    async with open_database(settings) as database, database.transaction() as uow:
        firm, member = await create_firm(uow, name, language, administrator, settings.ladder_policy)
        return {"firm_id": str(firm.id), "membership_id": str(member.id)}


def _reason(error: ValidationError | DomainError) -> str:
    if isinstance(error, DomainError):
        return "; ".join(f"{field.field}: {field.detail}" for field in error.fields) or error.detail
    return "; ".join(str(problem["msg"]) for problem in error.errors(include_input=False, include_url=False))
