"""What goes in and out of the account routes."""

from pydantic import BaseModel, ConfigDict, Field


class NameState(BaseModel):
    """Whether a user name is free, and what it would become."""

    user_name: str
    available: bool
    next_free: str


class Proposal(BaseModel):
    """The default user name as it would be given now (I3); reserve it to keep it."""

    user_name: str


class Reservation(BaseModel):
    """For whom a name is kept."""

    model_config = ConfigDict(extra="forbid")

    email: str = Field(min_length=1, max_length=320)


class Reserved(BaseModel):
    """The name that is kept: the one asked for, or its next free variant (I3)."""

    user_name: str
