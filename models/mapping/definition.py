"""What a field mapping and a spam trap are, as a source's definition holds them."""

from pydantic import BaseModel, ConfigDict


class Mapping(BaseModel):
    """Which of a request's values goes to which column."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Spam(BaseModel):
    """How a machine that fills in forms gives itself away."""

    model_config = ConfigDict(extra="forbid", frozen=True)
