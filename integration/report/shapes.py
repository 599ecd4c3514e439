"""The shapes of the answers. One model builds, documents and checks each: field for field what clients receive.

Money is in hundredths of the account's currency, shares in hundredths of a percent, times in UTC seconds,
days are YYYYMMDD in the account's time zone.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Language = Literal["ru", "en"]
EntityType = Literal["leads", "contacts", "companies"]
PeriodKey = Literal["day", "week", "month", "quarter", "year"]
Role = Literal["manager", "head", "admin"]


class Shape(BaseModel):
    """The base of every answer."""

    model_config = ConfigDict(frozen=True)


class Person(Shape):
    """A sales manager; id 0 stands for everybody who left or is unknown."""

    id: int
    name: str


class ViewerShape(Person):
    """Who looks, and as whom."""

    role: Role


class PeriodShape(Shape):
    """The half-open [from, to), and the same as days of which the last is included."""

    key: str
    start: int = Field(serialization_alias="from")
    end: int = Field(serialization_alias="to")
    first_day: int
    last_day: int


class KpiShape(Shape):
    """One KPI. A missing value always has a reason; `spark` is its daily series, oldest day first."""

    key: str
    title: str
    unit: str
    value: int | None
    reason: str | None
    parts: dict[str, int | None]
    previous: int | None
    spark: list[int] | None


class ImportedKind(Shape):
    """How far one kind of rows is loaded: rows so far, hundredths of a percent, seconds left; null: not known yet."""

    kind: str
    rows: int
    share: int | None
    left: int | None
    is_done: bool


class Importing(Shape):
    """The history is still loading: numbers grow until it is done. `rate` is in rows a second, `left` in seconds."""

    phase: str
    done: int
    kinds: list[ImportedKind] = []
    rate: int | None = None
    left: int | None = None


class OverdueAlert(Shape):
    """Tasks on the entity or its leads are overdue; the id and the deadline are those of the oldest."""

    kind: Literal["overdue_task"] = "overdue_task"
    task_id: int
    complete_till: int
    count: int


class NoTaskAlert(Shape):
    """Open leads have no open task."""

    kind: Literal["no_next_task"] = "no_next_task"
    count: int


class EntityShape(Shape):
    """The entity whose card is open."""

    type: EntityType
    id: int
    alerts: list[OverdueAlert | NoTaskAlert]


class Overdue(Shape):
    """The shown manager's overdue tasks, and the deadline of the oldest."""

    count: int
    oldest: int | None


class Live(Shape):
    """Where to listen for new versions; the address lets one connect until `expires_at`."""

    url: str
    expires_at: int


class Stamp(Shape):
    """What an answer was made from: the account's version, its newest applied change, the changes still waiting."""

    state: str
    version: int
    as_of: int
    pending: int
    importing: Importing | None
    currency: str
    timezone: str
    viewer: ViewerShape
    period: PeriodShape


class CardShape(Stamp):
    """Everything that the widget shows in one card."""

    manager: Person
    kpis: list[KpiShape]
    entity: EntityShape | None
    overdue: Overdue
    live: Live | None = None


class StageShape(Shape):
    """How long leads stay in a status. `method` says whether those still inside were taken into account."""

    pipeline_id: int
    pipeline: str
    status_id: int
    status: str
    finished: int
    median_seconds: int | None
    mean_seconds: int | None
    inside: int
    method: str


class ManagerShape(Stamp):
    """One manager's KPIs and stages over a period."""

    manager: Person
    kpis: list[KpiShape]
    stages: list[StageShape]


class BoardRow(Shape):
    """One manager of the board."""

    manager: Person
    kpis: list[KpiShape]


class BoardShape(Stamp):
    """Every manager whom the viewer may see, and all of them together."""

    managers: list[BoardRow]
    total: list[KpiShape]
