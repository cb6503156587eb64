"""A period as an option of a command."""

from datetime import timedelta
from typing import Any

import click

from models.durations import DurationError, parse_duration


class Duration(click.ParamType[timedelta]):
    """A period as people write it: 90m, 24h, 7d."""

    name = "period"

    def convert(self, value: Any, param: Any, ctx: Any) -> timedelta:
        """Read the period, or say how one is written."""
        try:
            return parse_duration(value)
        except DurationError as error:
            self.fail(str(error), param, ctx)
