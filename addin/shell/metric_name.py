"""The name of a metric as an argument of a command."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    ParamType = click.ParamType[str]
else:
    ParamType = click.ParamType  # no generic class before click 8.2


class MetricName(ParamType):
    """The name of a metric, whatever its case."""

    name = "name"

    def __init__(self, *, simulated: bool = False) -> None:
        """A metric of a scenario, or one that can be simulated."""
        self._simulated = simulated

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The metric's own name."""
        from roi_engine import UnknownName
        from roi_engine.appraisal import find_metric

        try:
            return find_metric(value, self._among()).name
        except UnknownName as error:
            self.fail(str(error), param, ctx)

    def _among(self) -> Collection[str]:
        if not self._simulated:
            return ()
        from roi_engine.simulation.simulation import SIMULATED

        return SIMULATED
