"""Random lives of leads and tasks, written directly as the simulator's truth: thousands in a second.

They hold what a simulated office seldom does: everything in one second, robots that hand over, people who take a lead
for themselves, closings that no event tells of, imports of finished deals, stages visited again and again.
"""

from __future__ import annotations

from itertools import count

SALES, RETAIL, DELIVERY = 1, 2, 3
UNSORTED = {SALES: 100, RETAIL: 200}
STAGES = {SALES: (101, 102, 103), RETAIL: (201, 202), DELIVERY: (301, 302)}
WON, LOST = 142, 143
PLACES = [(pipeline, status) for pipeline, stages in STAGES.items() for status in (*stages, WON, LOST)]
USERS = (0, 11, 12, 13)
EPOCH = 1_767_000_000
GAPS = (0, 0, 0, 1, 60, 599, 600, 3600, 40_000, 86_400, 2_000_000)
TIMEZONE = "Asia/Vladivostok"


def truth(leads=(), tasks=(), events=()):
    """Return these rows as the simulator tells the truth of an account."""
    pipelines = [
        {"id": number, "_embedded": {"statuses": [{"id": UNSORTED[number], "type": 1}] if number in UNSORTED else []}}
        for number in STAGES
    ]
    account = {"timezone": TIMEZONE}
    return {"account": account, "pipelines": pipelines, "leads": leads, "tasks": tasks, "events": events}


class _Life:
    """One entity's row and events; `at` is the present second of its life."""

    def __init__(self, rng, kind):
        self.rng, self.kind, self.at = rng, kind, EPOCH + rng.randrange(10_000_000)
        self.events, self._numbers = [], count(1)
        self.row = {"id": 5, "created_at": self.at, "created_by": self.somebody(), "is_deleted": False}
        self.row["responsible_user_id"] = rng.choice((self.row["created_by"], self.somebody()))
        self.tell(f"{kind}_added", by=self.row["created_by"])

    def somebody(self):
        return self.rng.choice(USERS)

    def tell(self, type_, before=None, after=None, *, by):
        sides = {"value_before": [before] if before else [], "value_after": [after] if after else []}
        seq = next(self._numbers)
        line = {"seq": seq, "id": f"{self.at:012}{seq:06}", "type": type_, "created_at": self.at, "created_by": by}
        self.events.append({**line, "entity_type": self.kind, "entity_id": 5, **sides})

    def live(self, steps, acts):
        """Take random steps, then stamp the row with the second of the last one."""
        for _ in range(self.rng.randrange(steps + 1)):
            self.at += self.rng.choice(GAPS)
            self.rng.choice(acts)(self)
        self.row["updated_at"] = self.at
        return self.row, self.events


def lead(rng):
    """Return (row, events) of one lead's life."""
    life = _Life(rng, "lead")
    birthplaces = [*PLACES, *PLACES[:3], *UNSORTED.items(), *UNSORTED.items()]
    life.row["pipeline_id"], life.row["status_id"] = rng.choice(birthplaces)
    is_closed = life.row["status_id"] in {WON, LOST}
    # The API lets an import of finished deals say when they were closed.
    life.row["closed_at"] = life.at + rng.choice(GAPS) if is_closed else None
    life.row["price"] = _price(rng)
    return life.live(14, [_move, _move, _move, _hand, _hand, _take, _reprice, _note, _burst])


def task(rng):
    """Return (row, events) of one task's life."""
    life = _Life(rng, "task")
    life.row |= {"entity_id": 7, "entity_type": "leads", "task_type_id": 1, "is_completed": False}
    life.row["complete_till"] = life.at + rng.choice(GAPS)
    return life.live(8, [_push, _push, _complete, _complete, _reopen, _give, _delete])


def _price(rng):
    return rng.choice((None, 0, rng.randrange(1, 200), rng.randrange(1, 10_000_000)))


def _move(life):
    row = life.row
    before, after = (row["pipeline_id"], row["status_id"]), life.rng.choice(PLACES)
    if before == after:
        return
    row["pipeline_id"], row["status_id"] = after
    row["closed_at"] = life.at if after[1] in {WON, LOST} else None
    sides = ({"lead_status": {"pipeline_id": pipeline, "id": status}} for pipeline, status in (before, after))
    life.tell("lead_status_changed", *sides, by=life.somebody())


def _hand(life, to=None, by=None):
    before, after = life.row["responsible_user_id"], life.somebody() if to is None else to
    if before == after:
        return
    life.row["responsible_user_id"] = after
    sides = ({"responsible_user": {"id": user}} for user in (before, after))
    life.tell("entity_responsible_changed", *sides, by=life.somebody() if by is None else by)


def _take(life):
    user = life.somebody()
    _hand(life, to=user, by=user)


def _reprice(life):
    before, after = life.row["price"], _price(life.rng)
    if (before or 0) == (after or 0):
        return
    life.row["price"] = after
    life.tell("sale_field_changed", *({"sale_field_value": {"sale": sum_}} for sum_ in (before, after)), by=0)


def _note(life):
    life.tell("common_note_added", by=life.somebody())


def _burst(life):
    """Several changes of one save: all of them in one second."""
    for change in life.rng.sample([_reprice, _hand, _move, _move, _note, _take], k=3):
        change(life)


def _push(life):
    before = life.row["complete_till"]
    after = before + life.rng.choice((-86_400, -3600, 600, 86_400))
    life.row["complete_till"] = after
    life.tell("task_deadline_changed", *({"task_deadline": {"timestamp": at}} for at in (before, after)), by=0)


def _complete(life):
    if not life.row["is_completed"]:
        life.row["is_completed"] = True
        life.tell("task_completed", by=life.somebody())


def _reopen(life):
    life.row["is_completed"] = False


def _give(life):
    life.row["responsible_user_id"] = life.somebody()


def _delete(life):
    if life.rng.randrange(4) == 0:
        life.row["is_deleted"] = True
