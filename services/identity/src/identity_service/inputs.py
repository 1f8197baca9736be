"""The base of request bodies that hold a secret: unknown fields are refused, and no error repeats what was sent."""

from pydantic import BaseModel, ConfigDict


class SecretInput(BaseModel):
    """A body with a password, a code or a token in it."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
