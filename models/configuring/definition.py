"""What a source may be told beyond its plain columns: read from `webhook_source.definition`."""

from pydantic import BaseModel, ConfigDict, Field

from models.mapping.definition import Mapping, Spam


class Definition(BaseModel):
    """A source's mapping, spam trap and whatever else its service needs; all of it optional."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    map: tuple[Mapping, ...] = Field(default=())
    """What is made of each webhook, a mapping for each kind of record; without one, as it comes."""
    spam: Spam | None = None
    query_parameters: bool = False
    """Whether the fields of the query string are parameters, as those of the body are."""
