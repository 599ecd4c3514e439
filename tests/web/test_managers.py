from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from integration.kpi.measures import Measure
from integration.store import counters
from tests.web import office
from tests.web.office import ADMIN, ANNA, BORIS, DAY, GONE, HEAD, OFFER, SALES, TALKS

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from integration.sync.context import Context

OURS = 31


def ask(client: FlaskClient, ctx: Context, user: int, path: str) -> TestResponse:
    return client.get(f"/api/v1/{path}", headers={"X-Auth-Token": office.token(ctx.settings, OURS, user)})


def kpi(kpis: Any, key: str) -> Any:
    return next(one for one in kpis if one["key"] == key)


def test_one_manager_over_a_chosen_range(client: FlaskClient, ctx: Context) -> None:
    answer = ask(client, ctx, ADMIN, f"managers/{ANNA}/kpi?from=20261001&to=20261103").json
    assert answer["period"]["key"] == "custom"
    assert (answer["period"]["first_day"], answer["period"]["last_day"]) == (20261001, 20261103)
    assert kpi(answer["kpis"], "won_sum")["value"] == 1_000_000
    assert answer["manager"] == {"id": ANNA, "name": "Анна"}


def test_stages_carry_their_names_and_those_still_inside(client: FlaskClient, ctx: Context) -> None:
    answer = ask(client, ctx, ADMIN, f"managers/{ANNA}/kpi").json
    [talks] = answer["stages"]
    assert (talks["pipeline_id"], talks["pipeline"]) == (SALES, "Продажи")
    assert (talks["status_id"], talks["status"]) == (TALKS, "Переговоры")
    assert (talks["finished"], talks["inside"], talks["mean_seconds"], talks["method"]) == (1, 2, DAY, "finished")
    boris = ask(client, ctx, ADMIN, f"managers/{BORIS}/kpi").json
    assert [(stage["status_id"], stage["inside"]) for stage in boris["stages"]] == [(OFFER, 1)]


def test_one_pipeline_leaves_the_others_out_and_keeps_the_tasks(client: FlaskClient, ctx: Context) -> None:
    everything = ask(client, ctx, ADMIN, f"managers/{ANNA}/kpi").json["kpis"]
    sales = ask(client, ctx, ADMIN, f"managers/{ANNA}/kpi?pipeline_id={SALES}").json["kpis"]
    assert (kpi(everything, "won_count")["value"], kpi(sales, "won_count")["value"]) == (3, 2)
    assert kpi(sales, "tasks_on_time")["value"] == kpi(everything, "tasks_on_time")["value"]


def test_those_who_left_the_robot_and_strangers_share_one_row(client: FlaskClient, ctx: Context) -> None:
    answer = ask(client, ctx, ADMIN, "managers/0/kpi").json
    assert answer["manager"] == {"id": 0, "name": "бывшие / неизвестные"}
    assert kpi(answer["kpis"], "won_count")["value"] == 2
    assert (kpi(answer["kpis"], "won_sum")["value"], kpi(answer["kpis"], "won_sum")["previous"]) == (10_000, 5_000)


@pytest.mark.parametrize("key", ["won_sum", "won_count", "lost_count", "open_leads", "open_value", "tasks_overdue"])
def test_the_rows_add_up_to_the_account(client: FlaskClient, ctx: Context, key: str) -> None:
    answer = ask(client, ctx, ADMIN, "managers").json
    rows = sum(kpi(row["kpis"], key)["value"] for row in answer["managers"])
    assert kpi(answer["total"], key)["value"] == rows > 0
    with ctx.database.read() as conn:
        counted = counters.sums(conn, OURS, 1, first_day=20261101, last_day=20261130)
    if key == "won_sum":
        assert rows == counted[Measure.WON_SUM, 0]


def test_the_board_lists_everybody_and_the_lost_ones_last(client: FlaskClient, ctx: Context) -> None:
    answer = ask(client, ctx, ADMIN, "managers").json
    assert [row["manager"]["id"] for row in answer["managers"]] == [ANNA, BORIS, HEAD, ADMIN, 0]


def test_a_head_s_board_is_their_group(client: FlaskClient, ctx: Context) -> None:
    answer = ask(client, ctx, HEAD, "managers").json
    assert [row["manager"]["id"] for row in answer["managers"]] == [ANNA, HEAD]
    assert kpi(answer["total"], "won_sum")["value"] == 300_000


@pytest.mark.parametrize("path", ["card", f"managers/{ANNA}/kpi", "managers"])
def test_the_number_of_statements_does_not_grow_with_the_account(client: FlaskClient, ctx: Context, path: str) -> None:
    """The card takes 12 statements, a manager 14, the board 9: whatever the account holds."""
    small = _statements(client, ctx, path)
    with ctx.database.transaction() as conn:
        users = [
            office.UserRow(100 + n, f"U{n}", 10, is_admin=False, is_active=True, is_free=False, leads_view="M")
            for n in range(30)
        ]
        office.mirrors.replace(conn, OURS, office.UserRow, [*office._users(OURS), *users])
        counters.add(conn, OURS, 1, {office.Cell(Measure.WON_COUNT, 100 + n, SALES, 0, 20261103): 1 for n in range(30)})
    assert _statements(client, ctx, path) == small <= 15


def _statements(client: FlaskClient, ctx: Context, path: str) -> int:
    seen: list[str] = []

    def count(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().startswith("SELECT"):
            seen.append(statement)

    event.listen(ctx.database.engine, "before_cursor_execute", count)
    assert ask(client, ctx, ADMIN, path).status_code == 200
    event.remove(ctx.database.engine, "before_cursor_execute", count)
    return len(seen)


def test_a_dismissed_user_sees_nothing(client: FlaskClient, ctx: Context) -> None:
    for path in ("card", "managers", f"managers/{GONE}/kpi"):
        assert ask(client, ctx, GONE, path).status_code == 403
