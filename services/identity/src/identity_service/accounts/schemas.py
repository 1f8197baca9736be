"""What goes in and out of the account routes."""

from uuid import UUID

from event_contracts.identity import AccountState
from event_contracts.people import Language
from pydantic import BaseModel, ConfigDict, Field

from identity_service.accounts.tables import Account


class Me(BaseModel):
    """The signed-in person."""

    account_id: UUID
    user_name: str
    given_name: str
    family_name: str
    email: str
    language: Language
    state: AccountState


class NameState(BaseModel):
    """Whether a user name is free, and what it would become."""

    user_name: str
    available: bool
    next_free: str


class Reservation(BaseModel):
    """For whom a name is kept."""

    model_config = ConfigDict(extra="forbid")

    email: str = Field(min_length=1, max_length=320)


class Reserved(BaseModel):
    """The name that is kept: the one asked for, or its next free variant (I3)."""

    user_name: str


def me_out(account: Account) -> Me:
    """An account as its owner sees it."""
    return Me(
        account_id=account.id,
        user_name=account.user_name,
        given_name=account.given_name,
        family_name=account.family_name,
        email=account.email,
        language=account.language,
        state=account.state,
    )
