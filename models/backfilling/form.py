"""The form of the flow backfill: what to run again. Prefect's UI draws it from these models.

Ids, names, statuses and kinds only: what people wrote is never asked for.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.backfilling.choices import (
    MOST_AT_ONCE,
    EntityCode,
    Ids,
    MadeBefore,
    Moment,
    PersonEntityCode,
    SourceName,
    Stage,
    Statuses,
    refuse_backwards,
)
from models.reading.parse_error import Kind

SITE_EVENTS_OF = {"FormSubmit"}
"""The entity whose records name a visitor of the site."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class WebhookSelection(_Part):
    """Which webhooks run again, for the stage “all”. All conditions must hold."""

    statuses: Statuses = Field(
        default=["Failed"],
        title="Status",
        description="Webhooks in one of these statuses. Those in Processing are in the hands of "
        "a run, and are left alone.",
    )
    sources: list[SourceName] = Field(
        default=[],
        title="Sources",
        description="Names of webhook sources, as `hookline source list` shows them. "
        "Empty: every source.",
    )
    entities: list[EntityCode] = Field(
        default=[],
        title="Entities",
        description="What the webhooks asked to create when they ran last. Empty: every entity, "
        "and webhooks that named none.",
    )
    kinds_of_error: list[Kind] = Field(
        default=[],
        title="Kinds of error",
        description="Webhooks with one of these errors in their log. Empty: whatever the error, "
        "or none.",
    )
    received_from: Moment | None = Field(
        default=None,
        title="Received from",
        description="Choose date-time for webhooks received at this moment or later. "
        "None: from the beginning.",
    )
    received_until: Moment | None = Field(
        default=None,
        title="Received until",
        description="Choose date-time for webhooks received before this moment. None: until now.",
    )
    ids: Ids = Field(
        default=[],
        title="Webhook ids",
        description="Only these webhooks, and only where the conditions above hold as well. "
        "Empty: all that the conditions above choose.",
    )
    made_before: MadeBefore = Field(
        default=MadeBefore.SKIP,
        title="Where a webhook has made its record already",
        description="- **skip**: leave the webhook and its record as they are.\n\n"
        "- **update**: read the webhook again, set the columns that it fills anew on the same "
        "record, and search for its person again. Of a contact, only empty columns are filled.\n\n"
        "A second record is never made.",
    )

    @model_validator(mode="after")
    def _from_before_until(self) -> "WebhookSelection":
        refuse_backwards("Received", self.received_from, self.received_until)
        return self


class RecordSelection(_Part):
    """Which records, for the stages “contact search” and “site events”. All conditions hold."""

    entities: list[PersonEntityCode] = Field(
        default=[],
        title="Entities",
        description="Records of these entities. Empty: every entity whose records name a person. "
        "For “site events” it is always FormSubmit.",
    )
    contact: Literal["missing", "any"] = Field(
        default="missing",
        title="Contact of the record",
        description="For “contact search”; “site events” is for the forms that have one, whatever "
        "is chosen here.\n\n"
        "- **missing**: only records without a contact.\n\n"
        "- **any**: also those that have one. It is decided on again by today's rules, except "
        "where the sender, or someone by hand, named it.",
    )
    sources: list[SourceName] = Field(
        default=[],
        title="Sources",
        description="Records whose webhook came from these sources, as long as that webhook is "
        "kept. Empty: every record.",
    )
    made_from: Moment | None = Field(
        default=None,
        title="Made from",
        description="Choose date-time for records made at this moment or later. "
        "None: from the beginning.",
    )
    made_until: Moment | None = Field(
        default=None,
        title="Made until",
        description="Choose date-time for records made before this moment. None: until now.",
    )
    ids: Ids = Field(
        default=[],
        title="Record ids",
        description="Only these records, and only where the conditions above hold as well. "
        "Empty: all that the conditions above choose.",
    )

    @model_validator(mode="after")
    def _from_before_until(self) -> "RecordSelection":
        refuse_backwards("Made", self.made_from, self.made_until)
        return self


class Backfill(_Part):
    """Choose what to run again, and which. As it stands, a run only counts, and changes nothing."""

    stage: Stage = Field(
        default=Stage.ALL,
        title="What to run again",
        description="- **all**: read webhooks again, from their body to record and contact.\n\n"
        "- **contact search**: find or make the people behind records that are there.\n\n"
        "- **site events**: fetch from Matomo, for the past 12 months, what the people behind "
        "submitted forms did on the site.",
    )
    dry_run: bool = Field(
        default=True,
        title="Dry run: only count",
        description="On: only count what would run, and change nothing. The count stands in the "
        "run's state and artifacts. Look at it first; then run again with this off.",
    )
    limit: int = Field(
        default=1000,
        ge=1,
        le=MOST_AT_ONCE,
        title="At most",
        description="How many webhooks or records to run at most, the oldest first.",
    )
    webhooks: WebhookSelection = Field(
        default=WebhookSelection(),
        title="Which webhooks",
        description="Used where “all” runs again. As it stands: the webhooks that failed.",
    )
    records: RecordSelection = Field(
        default=RecordSelection(),
        title="Which records",
        description="Used where “contact search” or “site events” runs again. As it stands: for "
        "“contact search” the records without a contact, for “site events” the submitted forms "
        "that have one.",
    )

    @model_validator(mode="after")
    def _only_what_the_stage_uses(self) -> "Backfill":
        if self.stage is Stage.ALL and self.records != RecordSelection():
            raise ValueError(
                "The stage “all” runs webhooks, but “Which records” was filled in. Choose under "
                "“Which webhooks” instead, or choose another stage."
            )
        if self.stage is not Stage.ALL and self.webhooks != WebhookSelection():
            raise ValueError(
                f"The stage “{self.stage}” runs records, but “Which webhooks” was filled in. "
                "Choose under “Which records” instead, or choose the stage “all”."
            )
        if self.stage is Stage.SITE_EVENTS and set(self.records.entities) - SITE_EVENTS_OF:
            raise ValueError(
                "The stage “site events” is for submitted forms. Under “Which records”, choose the "
                "entity FormSubmit, or none."
            )
        return self
