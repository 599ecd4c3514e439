"""How tasks change: set, moved, handed over, completed, reopened, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.crm.lead_traces import LeadTraces
from simulator.crm.state import Refused, Row

if TYPE_CHECKING:
    from collections.abc import Callable

FOLLOW_UP = 1
_TRACES: tuple[tuple[str, str, Callable[[Any], Row]], ...] = (
    ("task_deadline_changed", "complete_till", lambda till: {"task_deadline": {"timestamp": till}}),
    ("task_type_changed", "task_type_id", lambda type_id: {"task_type": {"id": type_id}}),
    ("task_text_changed", "text", lambda text: {"task": {"text": text}}),
)
"""Type of event, field, and how its value looks in the event."""


class TaskChanges(LeadTraces):
    """The tasks' part of an account. `by` is the acting user's id, 0 the robot."""

    def create_task(
        self,
        by: int,
        *,
        complete_till: int,
        entity_type: str | None = None,
        entity_id: int | None = None,
        text: str = "",
        responsible_user_id: int | None = None,
        task_type_id: int = FOLLOW_UP,
        duration: int = 0,
    ) -> int:
        """Set a task and return its id. `entity_type` is plural (`leads`). Raises UnknownRow for a missing entity."""
        with self.changing():
            if entity_type is not None and entity_id is not None:
                self.live(entity_type, entity_id)
            task = self.new_row(by, by if responsible_user_id is None else responsible_user_id)
            task |= {"entity_id": entity_id, "entity_type": entity_type, "task_type_id": task_type_id, "text": text}
            task |= {"complete_till": complete_till, "duration": duration, "is_completed": False, "result": None}
            task_id = int(task["id"])
            self.tasks[task_id] = task
            self._find_closest(task)
            self.record("task_added", "task", task_id, by, [], [])
            self.occur("add_task", "tasks", "add", task)
            return task_id

    def change_task(self, task_id: int, by: int, **fields: Any) -> None:  # noqa: ANN401 - the fields of a PATCH
        """Save a task with other values of text, complete_till, task_type_id, responsible_user_id, duration."""
        with self.changing():
            task = self.live("tasks", task_id)
            was = self.touch("tasks", task, by)
            task |= fields
            task["group_id"] = self.group_of(task["responsible_user_id"])
            self._find_closest(task)
            self._record_task_changes(was, task, by)
            extra: Row = {"was": was}
            handed = was["responsible_user_id"] != task["responsible_user_id"]
            if handed:
                extra["old_responsible_user_id"] = was["responsible_user_id"]
            if was["text"] != task["text"]:
                extra["old_text"] = was["text"]
            self.occur("update_task", "tasks", "update", task, action_close=0, **extra)
            if handed:
                self.occur("responsible_task", "tasks", "responsible", task, **extra)

    def _record_task_changes(self, was: Row, task: Row, by: int) -> None:
        for type_, field, shape in _TRACES:
            if was[field] != task[field]:
                self.record(type_, "task", task["id"], by, [shape(was[field])], [shape(task[field])])
        self.record_owner_change("task", was, task, by)

    def complete_task(self, task_id: int, by: int, text: str = "") -> None:
        """Complete a task, with a result when `text` is not empty. Raises Refused when it is completed already."""
        with self.changing():
            task = self.live("tasks", task_id)
            if task["is_completed"]:
                raise Refused("the task is completed already")
            was = self.touch("tasks", task, by)
            task["is_completed"] = True
            self._find_closest(task)
            self.record("task_completed", "task", task_id, by, [], [])
            if text:
                task["result"] = {"text": text}
                self.record("task_result_added", "task", task_id, by, [], [{"note": {"id": self.new_id()}}])
            self.occur("update_task", "tasks", "update", task, action_close=1, was=was)

    def reopen_task(self, task_id: int, by: int) -> None:
        """Open a completed task again; there is no event type for it. Raises Refused when it is open."""
        with self.changing():
            task = self.live("tasks", task_id)
            if not task["is_completed"]:
                raise Refused("the task is open")
            was = self.touch("tasks", task, by)
            task["is_completed"] = False
            self._find_closest(task)
            self.occur("update_task", "tasks", "update", task, action_close=0, was=was)

    def delete_task(self, task_id: int, by: int) -> None:
        """Delete a task for good: it is gone from the API at once."""
        with self.changing():
            task = self.live("tasks", task_id)
            self.touch("tasks", task, by)
            task["is_deleted"] = True
            self._find_closest(task)
            self.record("task_deleted", "task", task_id, by, [], [])
            self.occur("delete_task", "tasks", "delete", task)

    def tasks_follow(self, absorbed_id: int, survivor_id: int, by: int) -> None:
        """Hang the tasks of a merged lead on the one that survives."""
        for task in list(self.tasks.values()):
            if (task["entity_type"], task["entity_id"]) == ("leads", absorbed_id) and not task["is_deleted"]:
                self.change_task(task["id"], by, entity_id=survivor_id)

    def _find_closest(self, task: Row) -> None:
        """Keep `closest_task_at` of the entity: its earliest open deadline. The entity's `updated_at` stays."""
        entity_type, entity_id = task["entity_type"], task["entity_id"]
        if entity_type is None or entity_id not in getattr(self, entity_type):
            return
        deadlines = self._deadlines.setdefault((entity_type, entity_id), {})
        if task["is_completed"] or task["is_deleted"]:
            deadlines.pop(task["id"], None)
        else:
            deadlines[task["id"]] = task["complete_till"]
        getattr(self, entity_type)[entity_id]["closest_task_at"] = min(deadlines.values(), default=None)
