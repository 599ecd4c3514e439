"""What the open card warns of: overdue tasks, and open leads that nobody plans to touch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integration.report.shapes import EntityShape, EntityType, NoTaskAlert, OverdueAlert
from integration.store import cards

if TYPE_CHECKING:
    from integration.report.team import Viewer
    from integration.store.cards import EntityLead
    from integration.store.database import Connection


def of_entity(
    conn: Connection,
    account_id: int,
    viewer: Viewer,
    entity: tuple[EntityType, int],
    leads: list[EntityLead],
    *,
    now: int,
) -> EntityShape:
    """Return the alerts about the entity and its leads (`cards.leads_of`), as far as the viewer may see them.

    A task counts when it is of somebody whom the viewer sees, or hangs on a lead of such a person.
    """
    entity_type, entity_id = entity
    tasks = cards.open_tasks_of(conn, account_id, entity_type, entity_id, [lead.id for lead in leads])
    seen = {lead.id for lead in leads if viewer.sees(lead.responsible_user_id)}
    busy = {task.entity_id for task in tasks if task.entity_type == "leads"}
    overdue = [
        task
        for task in tasks
        if task.complete_till < now
        and (viewer.sees(task.responsible_user_id) or (task.entity_type == "leads" and task.entity_id in seen))
    ]
    idle = [lead for lead in leads if lead.is_open and lead.id in seen and lead.id not in busy]
    alerts: list[OverdueAlert | NoTaskAlert] = []
    if overdue:  # the most urgent comes first
        oldest = overdue[0]
        alerts.append(OverdueAlert(task_id=oldest.id, complete_till=oldest.complete_till, count=len(overdue)))
    if idle:
        alerts.append(NoTaskAlert(count=len(idle)))
    return EntityShape(type=entity_type, id=entity_id, alerts=alerts)
