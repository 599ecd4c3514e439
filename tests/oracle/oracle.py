"""A second, naive reading of the KPI catalogue, for comparison only.

It shares no code with the product: it reads the simulator's truth (`/_sim/truth`), where events carry the order in
which they really happened, and recounts everything from the first event to the last, slowly and plainly.
The answer is {(measure, user, pipeline, item, day): value} without zeros; what the product keeps as a histogram
is here the sorted list of the exact values.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

WON, LOST = 142, 143
UNKNOWN = 0
SAMPLED = ("won_price", "cycle_time", "stage_time")


def recount(truth, *, after_sale=(), router_grace=600):
    """Return every counter cell of the account, recounted from its whole history."""
    zone = ZoneInfo(truth["account"]["timezone"])
    unsorted = {
        (pipeline["id"], status["id"])
        for pipeline in truth["pipelines"]
        for status in pipeline["_embedded"]["statuses"]
        if status["type"] == 1
    }
    of = defaultdict(list)
    for event in sorted(truth["events"], key=lambda event: event["seq"]):
        of[event["entity_type"], event["entity_id"]].append(event)
    rows = []
    for lead in truth["leads"]:
        if not (lead["is_deleted"] or lead.get("merged_into") or lead.get("purged")):
            events = of["lead", lead["id"]]
            rows.extend(
                _lead_rows(lead, events, zone=zone, unsorted=unsorted, after_sale=set(after_sale), grace=router_grace)
            )
    for task in truth["tasks"]:
        if not task["is_deleted"]:
            rows.extend(_task_rows(task, of["task", task["id"]], zone))
    return _gathered(rows)


def _gathered(rows):
    sums, samples = Counter(), defaultdict(list)
    for cell, value in rows:
        if cell[0] in SAMPLED:
            samples[cell].append(value)
        else:
            sums[cell] += value
    whole = {cell: value for cell, value in sums.items() if value}
    return whole | {cell: sorted(values) for cell, values in samples.items()}


def _lead_rows(lead, events, *, zone, unsorted, after_sale, grace):
    steps = _steps(lead, events)
    yield from _open_rows(steps[-1], unsorted, after_sale)
    start = _start(steps, unsorted)
    if start is not None and start["pipeline"] not in after_sale:
        owner = _first_human_owner(steps, events, start["at"], grace)
        yield ("new_leads", owner, start["pipeline"], 0, _day(start["at"], zone)), 1
    yield from _outcome_rows(steps, start, zone, after_sale)
    yield from _stage_rows(steps, zone, unsorted)


def _steps(lead, events):
    """Every state the lead was in: [{at, pipeline, status, owner, price, entry}], the first at its creation."""
    before, changes = _told(events)
    if before["status"] is None and _was_closed_untold(lead):
        # Only the lead itself says when it was closed; nothing says where it was before.
        before["status"] = (lead["pipeline_id"], UNKNOWN)
        closing = (lead["closed_at"], "status", (lead["pipeline_id"], lead["status_id"]))
        changes.insert(sum(at <= closing[0] for at, _, _ in changes), closing)
    state = {
        "at": lead["created_at"],
        "status": before["status"] or (lead["pipeline_id"], lead["status_id"]),
        "owner": lead["responsible_user_id"] if before["owner"] is None else before["owner"],
        "price": _money(lead["price"]) if before["price"] == "unknown" else before["price"],
        "entry": True,
    }
    state["pipeline"] = state["status"][0]
    steps = [state]
    for at, what, value in changes:
        state = {**state, "at": at, what: value, "entry": what == "status"}
        state["pipeline"] = state["status"][0]
        steps.append(state)
    return steps


def _told(events):
    """What the events tell: the values before the first change of each kind, and the changes (at, what, value)."""
    before = {"status": None, "owner": None, "price": "unknown"}
    changes = []
    for event in events:
        old, new = (side[0] if side else {} for side in (event["value_before"], event["value_after"]))
        if event["type"] == "lead_status_changed":
            pair_before = (old["lead_status"]["pipeline_id"], old["lead_status"]["id"])
            pair_after = (new["lead_status"]["pipeline_id"], new["lead_status"]["id"])
            if before["status"] is None:
                before["status"] = pair_before
            if pair_before != pair_after:
                changes.append((event["created_at"], "status", pair_after))
        elif event["type"] == "entity_responsible_changed":
            if before["owner"] is None:
                before["owner"] = old["responsible_user"]["id"]
            changes.append((event["created_at"], "owner", new["responsible_user"]["id"]))
        elif event["type"] == "sale_field_changed":
            if before["price"] == "unknown":
                before["price"] = _money(old.get("sale_field_value", {}).get("sale"))
            changes.append((event["created_at"], "price", _money(new.get("sale_field_value", {}).get("sale"))))
    return before, changes


def _was_closed_untold(lead):
    closed_at = lead.get("closed_at")
    return lead["status_id"] in (WON, LOST) and closed_at is not None and closed_at > lead["created_at"]


def _open_rows(now, unsorted, after_sale):
    pipeline, status = now["status"]
    if status in (WON, LOST) or now["status"] in unsorted or pipeline in after_sale:
        return
    place = (now["owner"], pipeline, status, 0)
    yield ("open_leads", *place), 1
    yield ("open_value", *place), now["price"] or 0
    if now["price"] is None:
        yield ("open_unpriced", *place), 1


def _start(steps, unsorted):
    """The step at which the lead became a deal in work, or None while it waits unsorted."""
    if steps[0]["status"] not in unsorted:
        return steps[0]
    return next((step for step in steps if step["entry"] and step["status"] not in unsorted), None)


def _first_human_owner(steps, events, start, grace):
    holdings = []  # (owner, taken, handed on or None)
    for step in steps:
        if not holdings or holdings[-1][0] != step["owner"]:
            if holdings:
                holdings[-1][2] = step["at"]
            holdings.append([step["owner"], step["at"], None])
    last_human = 0
    for owner, taken, handed in holdings:
        if owner == 0:
            continue
        last_human = owner
        if handed is None:
            return owner
        since = max(start, taken)
        if handed <= start and taken < start:
            continue  # it was handed on before it became a deal
        if handed - since >= grace:
            return owner
        acted = [
            event
            for event in events
            if event["created_by"] == owner and since <= event["created_at"] < handed and event["type"] != "lead_added"
        ]
        if acted:
            return owner
    return last_human


def _outcome_rows(steps, start, zone, after_sale):
    outcome = None
    for number, step in enumerate(steps):
        if not step["entry"] or step["pipeline"] in after_sale:
            continue
        if step["status"][1] == WON:
            outcome = ("won", number)
        elif step["status"][1] == LOST:
            outcome = ("lost", number)
        elif outcome and (outcome[0] == "lost" or steps[outcome[1]]["pipeline"] == step["pipeline"]):
            outcome = None
    if outcome is None:
        return
    kind, number = outcome
    step = steps[number]
    place = (step["owner"], step["pipeline"])
    day = _day(step["at"], zone)
    if kind == "lost":
        price = steps[number - 1]["price"] if number else step["price"]
        yield ("lost_count", *place, 0, day), 1
        yield ("lost_sum", *place, 0, day), price or 0
        return
    yield ("won_count", *place, 0, day), 1
    yield ("won_sum", *place, 0, day), step["price"] or 0
    if step["price"] is None:
        yield ("won_unpriced", *place, 0, day), 1
    else:
        yield ("won_price", *place, 0, day), step["price"]
    seconds = _cycle(steps, number, start)
    yield ("cycle_seconds", *place, 0, day), seconds
    yield ("cycle_time", *place, 0, day), seconds


def _cycle(steps, won, start):
    began = start["at"] if start else steps[won]["at"]
    closed_for = 0
    entries = [step for step in steps[: won + 1] if step["entry"]]
    for entered, left in pairwise(entries):
        if entered["status"][1] in (WON, LOST):
            closed_for += left["at"] - max(entered["at"], began) if left["at"] > began else 0
    return max(0, steps[won]["at"] - began - closed_for)


def _stage_rows(steps, zone, unsorted):
    entries = [number for number, step in enumerate(steps) if step["entry"]]
    for first, after in pairwise(entries):
        visit, left = steps[first], steps[after]["at"]
        pipeline, status = visit["status"]
        if status in (WON, LOST, UNKNOWN) or visit["status"] in unsorted:
            continue
        held = {}
        inside = steps[first:after]
        ends = [step["at"] for step in inside[1:]] + [left]
        for step, until in zip(inside, ends, strict=True):
            held[step["owner"]] = held.get(step["owner"], 0) + until - step["at"]
        latest = {step["owner"]: number for number, step in enumerate(inside)}
        longest = max(held, key=lambda owner: (held[owner], latest[owner]))
        day = _day(left, zone)
        yield ("stage_visits", longest, pipeline, status, day), 1
        yield ("stage_time", longest, pipeline, status, day), left - visit["at"]
        for owner, seconds in held.items():
            yield ("stage_seconds", owner, pipeline, status, day), seconds


def _task_rows(task, events, zone):
    if not task["is_completed"]:
        return
    completions = [event["created_at"] for event in events if event["type"] == "task_completed"]
    completed = completions[-1] if completions else task["updated_at"]
    moves = [event for event in events if event["type"] == "task_deadline_changed"]
    first = moves[0]["value_before"][0]["task_deadline"]["timestamp"] if moves else task["complete_till"]
    place = (task["responsible_user_id"], 0, 0, _day(task["complete_till"], zone))
    yield ("tasks_due_closed", *place), 1
    yield ("tasks_on_time", *place), int(completed <= task["complete_till"])
    yield ("tasks_on_time_first", *place), int(completed <= first)


def _day(timestamp, zone):
    local = datetime.fromtimestamp(timestamp, UTC).astimezone(zone)
    return local.year * 10000 + local.month * 100 + local.day


def _money(price):
    return round(price * 100) if price else None
