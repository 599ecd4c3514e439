"""One manager over a period with the stages of their leads, and the board of all managers whom the viewer may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integration.errors import Forbidden, NotFound
from integration.kpi.catalogue import stage_durations
from integration.report import figures, kpis
from integration.report.figures import Figures
from integration.report.shapes import BoardRow, BoardShape, ManagerShape, StageShape
from integration.report.stamp import stamp
from integration.report.team import UNKNOWN
from integration.store import mirrors

if TYPE_CHECKING:
    from integration.report.shapes import Language
    from integration.report.stamp import Question


def manager(question: Question, user_id: int, pipeline_id: int | None, language: Language) -> ManagerShape:
    """Return one row's KPIs and stages. Raises Forbidden if the viewer may not see it, NotFound if nobody has the id.

    The id 0 is the row of those who left or are unknown: administrators see it.
    """
    team, viewer = question.team, question.viewer
    if not viewer.sees(user_id):
        raise Forbidden("the viewer may not see this manager")
    if user_id != UNKNOWN and user_id not in team.members and user_id != viewer.id:
        raise NotFound("no such manager in this account")
    scope = question.scope(None if user_id == UNKNOWN else frozenset({user_id}), pipeline_id)
    rows = figures.read(question.conn, question.account, scope, team.row_of)
    figures.read_ages(question.conn, question.account, scope, team.row_of, rows)
    own = rows.get(team.row_of(user_id), Figures())
    return ManagerShape(
        **stamp(question),
        manager=team.person(user_id),
        kpis=kpis.evaluated(own, language, kpis.sparks(question.conn, question.account, scope)),
        stages=_stages(question, own),
    )


def board(question: Question, pipeline_id: int | None, language: Language) -> BoardShape:
    """Return every manager whom the viewer may see, and their total. An administrator's total is the account's."""
    team, viewer = question.team, question.viewer
    if viewer.role == "manager":
        raise Forbidden("the board is for heads and administrators")
    rows = figures.read(question.conn, question.account, question.scope(viewer.visible, pipeline_id), team.row_of)
    shown = [user_id for user_id in team.members if viewer.sees(user_id)]
    if viewer.sees(UNKNOWN):
        shown.append(UNKNOWN)
    return BoardShape(
        **stamp(question),
        managers=[
            BoardRow(manager=team.person(user_id), kpis=kpis.evaluated(rows.get(user_id, Figures()), language))
            for user_id in shown
        ],
        total=kpis.evaluated(figures.together(rows.values()), language),
    )


def _stages(question: Question, own: Figures) -> list[StageShape]:
    """Name the stages and put them into the account's order. A status has its own id, so it tells its pipeline."""
    account_id = question.account.account_id
    stays = {stage.status_id: stage for stage in stage_durations(own.sums, kpis.stocks_of(own))}
    pipelines = {pipeline.id: pipeline for pipeline in mirrors.pipelines_of(question.conn, account_id)}
    order = {pipeline_id: place for place, pipeline_id in enumerate(pipelines)}
    known = [status for status in mirrors.statuses_of(question.conn, account_id) if status.id in stays]
    known.sort(key=lambda status: order[status.pipeline_id])  # within a pipeline they are in order already
    return [
        StageShape(
            pipeline_id=status.pipeline_id,
            pipeline=pipelines[status.pipeline_id].name,
            status_id=status.id,
            status=status.name,
            finished=stays[status.id].finished,
            median_seconds=stays[status.id].median_seconds,
            mean_seconds=stays[status.id].mean_seconds,
            inside=stays[status.id].inside,
            method=stays[status.id].method,
        )
        for status in known
    ]
