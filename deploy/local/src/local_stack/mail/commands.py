"""`local_stack mail`: what the catcher has caught, for a person at a terminal."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from local_stack.errors import StackError
from local_stack.folders import home_of
from local_stack.mail.store import read_mails

app = typer.Typer(help="List the mails that the stack has caught.", invoke_without_command=True)
Folder = Annotated[Path, typer.Option(help="Where the mails are kept.")]


@app.callback()
def listing(context: typer.Context, folder: Folder = home_of() / "mail") -> None:
    """List the mails that the stack has caught, oldest first."""
    context.obj = folder
    if context.invoked_subcommand is not None:
        return
    table = Table("N", "when", "to", "subject", box=None)
    for number, mail in enumerate(read_mails(folder), start=1):
        table.add_row(str(number), f"{mail.created.astimezone():%H:%M:%S}", ", ".join(mail.recipients), mail.subject)
    Console().print(table if table.row_count else "no mail yet")


@app.command()
def show(context: typer.Context, number: int) -> None:
    """Print one mail: who, what, the text and its links."""
    mails = read_mails(context.obj)
    if not 1 <= number <= len(mails):
        raise StackError(f"there is no mail {number}; there are {len(mails)}")
    mail = mails[number - 1]
    print(f"From:    {mail.sender}\nTo:      {', '.join(mail.recipients)}\nSubject: {mail.subject}\n\n{mail.text}")
    for link in mail.links:
        print(f"Link: {link}")
