"""What a field mapping and a spam trap are, as a source's definition holds them."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from models.mapping.expressions import Expression

Scalar = str | bool | int | Annotated[float, Field(allow_inf_nan=False)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=100)]
"""A name that expressions can use without quotes."""
GIVEN_NAMES = {"body", "query", "headers", "source_url", "received_at", "item", "index"}
"""The names that a mapping finds in each request, and cannot give to something else."""


def _listed(written: Any) -> Any:
    return [written] if isinstance(written, str) else written


def _long_form(written: Any) -> Any:
    if isinstance(written, (str, list)):
        return {"path": written}
    return written


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Value(_Part):
    """Where the value of a column comes from. In short, an expression or a list of them."""

    path: Annotated[tuple[Expression, ...], BeforeValidator(_listed)] = ()
    """Expressions, of which the first that finds something is taken."""
    value: Scalar | None = None
    """What the column always gets, in place of a path."""
    join: str | None = None
    """Put this between everything that the paths find, rather than take the first."""
    split: Literal["first_name", "middle_name", "last_name"] | None = None
    """Take this part of a full name."""
    values: dict[str, Scalar] = Field(default={})
    """What to make of which answer; of all others, what `*` says, or else the answer itself."""
    default: Scalar | None = None
    """What to take where nothing was found."""
    each: Expression | None = None
    """The list whose elements become the rows of a detail."""
    columns: dict[str, "Column"] = Field(default={})
    """What the columns of such a row get; `item` is the element."""

    @model_validator(mode="after")
    def _is_one_kind(self) -> "Value":
        kinds = [bool(self.path), self.value is not None, self.each is not None]
        if sum(kinds) != 1:
            raise ValueError("Say one of path, value and each.")
        if bool(self.columns) != (self.each is not None):
            raise ValueError("each and columns go together.")
        return self


Column = Annotated[Value, BeforeValidator(_long_form)]


def _constant(written: Any) -> Any:
    return {"value": written} if isinstance(written, str) else written


class Mapping(_Part):
    """Which of a request's values goes to which column: one record, or one for each of a list."""

    entity: Annotated[Value | None, BeforeValidator(_constant)] = None
    """What is made: a code, or where to find it. Without it, what the request or source says."""
    let: dict[Name, Expression] = Field(default={})
    """Names for parts of the request; a text that is JSON, XML or a JWT is read."""
    when: Expression | None = None
    """Only requests for which this finds something are mapped."""
    each: Expression | None = None
    """The list whose elements each make a record; `item` is the element."""
    columns: dict[str, Column] = Field(min_length=1)

    @model_validator(mode="after")
    def _keeps_given_names(self) -> "Mapping":
        if taken := GIVEN_NAMES & self.let.keys():
            raise ValueError(f"let: {', '.join(sorted(taken))} is the name of something else.")
        return self


class Spam(_Part):
    """How a machine that fills in forms gives itself away. What is caught is Quarantined."""

    honeypot: Annotated[tuple[Expression, ...], BeforeValidator(_listed)] = ()
    """Fields that people do not see, and leave empty."""
    shown_at: Expression | None = None
    """The field that holds when the form was shown: seconds or milliseconds since 1970, or ISO."""
    least_seconds: float = Field(default=3, gt=0, le=3600)
    """Who sends the form sooner than this after it was shown is a machine."""
