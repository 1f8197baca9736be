"""What goes in and out of the client-credentials route."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class ClientCredentials(BaseModel):
    """Client id and secret, as JSON or as a form (RFC 6749, 4.4)."""

    model_config = ConfigDict(extra="forbid")

    grant_type: Literal["client_credentials"] = "client_credentials"
    client_id: str = Field(min_length=1, max_length=100, pattern="^[ -~]+$")
    client_secret: str = Field(min_length=1, max_length=200)


class SystemToken(BaseModel):
    """RFC 6749, 5.1."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  # a scheme, not a secret
    expires_in: int
