"""What requests may ask, and how a problem is told."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from integration.report.shapes import EntityType, Language, PeriodKey  # noqa: TC001 - pydantic reads them

MOST_DIGITS = 18
"""Ids of up to 18 digits fit into the database's integers."""


def _whole_number(text: object) -> int:
    # int() would also take « 42 », «4_2» and digits of other scripts.
    if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS:
        return int(text)
    raise ValueError("not a whole number")


Id = Annotated[int, BeforeValidator(_whole_number, json_schema_input_type=int), Field(ge=0)]


class Asked(BaseModel):
    """The base of what requests say; what is not named is ignored."""

    model_config = ConfigDict(extra="ignore")

    @classmethod
    @cache
    def model_json_schema(cls, **options: Any) -> dict[str, Any]:  # type: ignore[override] # noqa: ANN401 - pydantic's own
        """Describe the model, once: flask-openapi3 asks for it at every request."""
        return super().model_json_schema(**options)


class CardQuery(Asked):
    """Which card is open, and which period it shows."""

    entity_type: EntityType | None = None
    entity_id: Id | None = None
    period: PeriodKey = "month"
    lang: Language | None = None


class KpiQuery(Asked):
    """A calendar period, or the days from `from` to `to`; one pipeline or all of them."""

    period: PeriodKey = "month"
    first: Id | None = Field(None, alias="from")
    last: Id | None = Field(None, alias="to")
    pipeline_id: Id | None = None
    lang: Language | None = None


class SyncQuery(Asked):
    """Only the language may be chosen."""

    lang: Language | None = None


class ManagerPath(Asked):
    """Whose KPIs are asked for; 0 is the row of those who left or are unknown."""

    id: Id


class Problem(BaseModel):
    """What went wrong (`code` is stable), and what to do; `field` names the parameter at fault, if one is."""

    code: str
    message: str
    hint: str
    field: str | None


class ProblemBody(BaseModel):
    """The body of every answer that is not a success."""

    error: Problem
    request_id: str
