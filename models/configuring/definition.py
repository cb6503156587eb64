"""What a source may be told beyond its plain columns: read from `webhook_source.definition`."""

from pydantic import ConfigDict, Field

from models.admitting.admission import Admission
from models.mapping.definition import Mapping, Spam


class Definition(Admission):
    """Who is let in, and a source's mapping and spam trap; all of it optional.

    What a receiver needs of it is `Admission`, and is read alone for each request.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    preset: str | None = None
    """The preset that it was made with. Its sections are in here already: a preset that changes
    changes no source until the source is applied again."""
    map: tuple[Mapping, ...] = Field(default=())
    """What is made of each webhook, a mapping for each kind of record; without one, as it comes."""
    spam: Spam | None = None
    query_parameters: bool = False
    """Whether the fields of the query string are parameters, as those of the body are."""
