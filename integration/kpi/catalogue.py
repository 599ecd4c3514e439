"""The catalogue: how every shown number is formed from counters and stocks, at the moment it is read (rule G17).

Only numerators, denominators and histograms are stored; ratios, means and medians exist from here on.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from integration.kpi.definitions import DEFINITIONS, Kpi
from integration.kpi.histogram import quantile, representative, unpack
from integration.kpi.measures import Measure
from integration.kpi.statistics import WHOLE, kaplan_meier_median, wilson

CATALOGUE: dict[str, Kpi] = {definition.key: definition for definition in DEFINITIONS}
"""Every KPI by its key, in the order in which they are shown."""

SPARKS: dict[str, Measure] = {
    "new_leads": Measure.NEW_LEADS,
    "won_count": Measure.WON_COUNT,
    "won_sum": Measure.WON_SUM,
    "lost_count": Measure.LOST_COUNT,
    "lost_sum": Measure.LOST_SUM,
}
"""The KPIs that have a value on every single day, and the measure whose daily sums draw it."""

ENOUGH_FOR_SURVIVAL = 20
"""From so many stays on, those that still last are taken into account by the Kaplan–Meier estimate."""


@dataclass(frozen=True, slots=True)
class Stocks:
    """What is true at the moment of reading, counted from rows and never stored (rule G16)."""

    overdue_count: int = 0
    overdue_oldest: int | None = None
    """The deadline of the oldest overdue task, UTC seconds."""
    overdue_value: int = 0
    """Money at risk: the prices of the distinct open leads under overdue tasks, in hundredths."""
    without_task_count: int = 0
    due_open_count: int = 0
    """Open tasks whose deadline lay in the period and has passed."""
    stage_ages: Mapping[tuple[int, int], Sequence[int]] = field(default_factory=dict)
    """(pipeline_id, status_id) → how many seconds each lead that is there now has been there."""


@dataclass(frozen=True, slots=True)
class Value:
    """A KPI's value in its unit. `parts` are what it is made of; a missing value always has a reason."""

    value: int | None
    unit: str
    parts: dict[str, int | None]
    reason: str | None


class StageDuration(NamedTuple):
    """How long leads stay in one status, in seconds. `method` is finished or kaplan_meier.

    The mean is that of the `finished` stays; `inside` leads are still there. The median is None where nothing ended,
    or where over half of the stays may outlast all that did.
    """

    status_id: int
    finished: int
    inside: int
    median_seconds: int | None
    mean_seconds: int | None
    method: str


class Totals:
    """The sums of a selection, by measure."""

    def __init__(self, sums: Mapping[tuple[int, int], int]) -> None:
        self._items: defaultdict[int, Counter[int]] = defaultdict(Counter)
        for (measure, item), value in sums.items():
            self._items[measure][item] += value

    def __getitem__(self, measure: Measure) -> int:
        return sum(self._items[measure].values())

    def items(self, measure: Measure) -> Counter[int]:
        """Return item → sum."""
        return self._items[measure]

    def quantile(self, measure: Measure, p: float) -> int | None:
        """Return a quantile of a histogram whose items are buckets."""
        return quantile(self._items[measure], p)


def evaluate(sums: Mapping[tuple[int, int], int], stocks: Stocks) -> dict[str, Value]:
    """Return every KPI of the catalogue from {(measure, item): Σ}, levels included, and the stocks of a selection."""
    totals = Totals(sums)
    values: dict[str, Value] = {}
    for key, kpi in CATALOGUE.items():
        value, parts, reason = _FORMULAS[key](totals, stocks)
        values[key] = Value(value, kpi.unit, parts, reason if value is None else None)
    return values


def stage_durations(sums: Mapping[tuple[int, int], int], stocks: Stocks) -> list[StageDuration]:
    """Return the stay in each status that has any stays, finished or not, in the order of status ids."""
    totals = Totals(sums)
    stays: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for item, count in totals.items(Measure.STAGE_TIME).items():
        status_id, bucket = unpack(item)
        stays[status_id][bucket] += count
    ages: defaultdict[int, list[int]] = defaultdict(list)
    for (_, status_id), seconds in stocks.stage_ages.items():
        ages[status_id] += seconds
    spent = totals.items(Measure.STAGE_SECONDS)
    return [
        _stage_duration(status_id, stays[status_id], ages[status_id], spent[status_id])
        for status_id in sorted({*stays, *ages})
    ]


def _stage_duration(status_id: int, stays: Counter[int], ages: Sequence[int], spent: int) -> StageDuration:
    finished = stays.total()
    if finished + len(ages) < ENOUGH_FOR_SURVIVAL:
        median, method = quantile(stays, 0.5), "finished"
    else:
        seconds = {representative(bucket): count for bucket, count in stays.items()}
        median, method = kaplan_meier_median(seconds, ages), "kaplan_meier"
    return StageDuration(status_id, finished, len(ages), median, _divided(spent, finished), method)


Answer = tuple[int | None, dict[str, int | None], str | None]
"""(value, parts, why there is no value if there is none)."""
_Formula = Callable[[Totals, Stocks], Answer]


def _total(measure: Measure, **parts: Measure) -> _Formula:
    return lambda totals, _: (totals[measure], {name: totals[part] for name, part in parts.items()}, None)


def _open_value(totals: Totals, _: Stocks) -> Answer:
    leads, unpriced = totals[Measure.OPEN_LEADS], totals[Measure.OPEN_UNPRICED]
    parts = {"open_leads": leads, "unpriced": unpriced, "unpriced_share": _share(unpriced, leads)}
    return totals[Measure.OPEN_VALUE], parts, None


def _average_check(totals: Totals, _: Stocks) -> Answer:
    won, unpriced = totals[Measure.WON_COUNT], totals[Measure.WON_UNPRICED]
    parts = {
        "won_sum": totals[Measure.WON_SUM],
        "priced": won - unpriced,
        "unpriced": unpriced,
        "median": totals.quantile(Measure.WON_PRICE, 0.5),
    }
    return _divided(totals[Measure.WON_SUM], won - unpriced), parts, "no_priced_wins" if won else "no_wins"


def _cycle_time(totals: Totals, _: Stocks) -> Answer:
    wins = totals[Measure.CYCLE_TIME]
    parts = {
        "mean_seconds": _divided(totals[Measure.CYCLE_SECONDS], wins),
        "p90": totals.quantile(Measure.CYCLE_TIME, 0.9),
        "count": wins,
    }
    return totals.quantile(Measure.CYCLE_TIME, 0.5), parts, "no_wins"


def _win_rate(totals: Totals, _: Stocks) -> Answer:
    won, lost = totals[Measure.WON_COUNT], totals[Measure.LOST_COUNT]
    low, high = wilson(won, won + lost) if won + lost else (None, None)
    return _share(won, won + lost), {"won": won, "lost": lost, "low": low, "high": high}, "no_closed"


def _stage_duration_of_all(totals: Totals, _: Stocks) -> Answer:
    stays: Counter[int] = Counter()
    for item, count in totals.items(Measure.STAGE_TIME).items():
        stays[unpack(item)[1]] += count
    visits = totals[Measure.STAGE_VISITS]
    parts: dict[str, int | None] = {
        "count": visits,
        "mean_seconds": _divided(totals[Measure.STAGE_SECONDS], visits),
    }
    return quantile(stays, 0.5), parts, "no_visits"


def _tasks_overdue(_: Totals, stocks: Stocks) -> Answer:
    return stocks.overdue_count, {"oldest": stocks.overdue_oldest, "value": stocks.overdue_value}, None


def _tasks_on_time(totals: Totals, stocks: Stocks) -> Answer:
    on_time, first = totals[Measure.TASKS_ON_TIME], totals[Measure.TASKS_ON_TIME_FIRST]
    due = totals[Measure.TASKS_DUE_CLOSED] + stocks.due_open_count
    parts = {"on_time": on_time, "due": due, "on_time_first": first, "first_share": _share(first, due)}
    return _share(on_time, due), parts, "no_due_tasks"


def _leads_without_task(totals: Totals, stocks: Stocks) -> Answer:
    leads = totals[Measure.OPEN_LEADS]
    return stocks.without_task_count, {"open_leads": leads, "share": _share(stocks.without_task_count, leads)}, None


_FORMULAS: dict[str, _Formula] = {
    "open_leads": _total(Measure.OPEN_LEADS),
    "open_value": _open_value,
    "new_leads": _total(Measure.NEW_LEADS),
    "won_count": _total(Measure.WON_COUNT),
    "won_sum": _total(Measure.WON_SUM, won_count=Measure.WON_COUNT, unpriced=Measure.WON_UNPRICED),
    "lost_count": _total(Measure.LOST_COUNT),
    "lost_sum": _total(Measure.LOST_SUM, lost_count=Measure.LOST_COUNT),
    "average_check": _average_check,
    "cycle_time": _cycle_time,
    "win_rate": _win_rate,
    "stage_duration": _stage_duration_of_all,
    "tasks_overdue": _tasks_overdue,
    "tasks_on_time": _tasks_on_time,
    "leads_without_task": _leads_without_task,
}


def _divided(numerator: int, denominator: int) -> int | None:
    """Return the quotient rounded to the nearest integer, halves up; None where there is nothing to divide by."""
    return (2 * numerator + denominator) // (2 * denominator) if denominator else None


def _share(part: int, whole: int) -> int | None:
    return _divided(part * WHOLE, whole)
