"""The name of a metric as an argument of a command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    ParamType = click.ParamType[str]
else:
    ParamType = click.ParamType  # no generic class before click 8.2


class MetricName(ParamType):
    """The name of a metric, whatever its case."""

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The metric's own name."""
        from roi_engine import UnknownName
        from roi_engine.appraisal import find_metric

        try:
            return find_metric(value).name
        except UnknownName as error:
            self.fail(str(error), param, ctx)
