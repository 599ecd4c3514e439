"""What happens to tasks, calls and incoming requests. Each deed does one thing and says so, or returns None."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.scenario import choices, hours, telling, words

if TYPE_CHECKING:
    import random

    from simulator.account import Account, Row


def set_task(account: Account, rng: random.Random) -> str | None:
    """Somebody plans the next step of an open lead that has none."""
    row = choices.lead(account, rng, lambda row: choices.is_open(account, row) and row["closest_task_at"] is None)
    if row is None:
        return None
    plan(account, rng, choices.actor(account, row), row["id"])
    return telling.about(account, row, "новая задача")


def plan(account: Account, rng: random.Random, owner: int, lead_id: int) -> int:
    """Set the owner a task on a lead and return its id."""
    return account.create_task(
        owner,
        entity_type="leads",
        entity_id=lead_id,
        text=rng.choice(words.ERRANDS),
        complete_till=hours.deadline(account.clock.now(), account.timezone, rng),
        task_type_id=rng.choice((1, 1, 2)),
    )


def wind_up(account: Account, rng: random.Random, lead_id: int) -> None:
    """Complete, mostly, the tasks of a lead that was just closed."""
    for row in choices.tasks_of(account, lead_id):
        if choices.happens(rng, 0.8):
            account.complete_task(row["id"], row["responsible_user_id"])


def complete_task(account: Account, rng: random.Random) -> str | None:
    """A task is done: mostly near its deadline, so that some are late."""
    soon = account.clock.now() + hours.DAY
    row = choices.task(account, rng, lambda row: row["complete_till"] < soon or choices.happens(rng, 0.2))
    if row is None:
        return None
    account.complete_task(
        row["id"], row["responsible_user_id"], rng.choice(words.RESULTS) if choices.happens(rng, 0.7) else ""
    )
    return _of_task(account, row, "выполнена")


def push_task(account: Account, rng: random.Random) -> str | None:
    """A deadline moves ahead."""
    row = choices.task(account, rng)
    if row is None:
        return None
    later = hours.deadline(max(account.clock.now(), row["complete_till"]), account.timezone, rng)
    account.change_task(row["id"], row["responsible_user_id"], complete_till=later)
    return _of_task(account, row, "перенесена")


def reopen_task(account: Account, rng: random.Random) -> str | None:
    """A completed task turns out not to be done."""
    row = choices.done_task(account, rng)
    if row is None:
        return None
    account.reopen_task(row["id"], row["responsible_user_id"])
    return _of_task(account, row, "снова открыта")


def delete_task(account: Account, rng: random.Random) -> str | None:
    """A task was set by mistake."""
    row = choices.task(account, rng)
    if row is None:
        return None
    account.delete_task(row["id"], row["responsible_user_id"])
    return _of_task(account, row, "удалена")


def call(account: Account, rng: random.Random) -> str | None:
    """A call about an open lead, noted on the lead; a fifth of them is not answered. Sometimes a remark follows."""
    row = choices.lead(account, rng, lambda row: choices.is_open(account, row))
    if row is None:
        return None
    actor, answered = choices.actor(account, row), choices.happens(rng, 0.8)
    account.add_call(
        "leads",
        row["id"],
        actor,
        direction=rng.choice(("inbound", "outbound", "outbound")),
        duration=rng.randrange(20, 900) if answered else 0,
        phone=words.phone(rng),
        call_status=4 if answered else rng.choice((6, 7)),
    )
    if answered and choices.happens(rng, 0.3):
        account.add_note("leads", row["id"], actor, params={"text": rng.choice(words.REMARKS)})
    return telling.about(account, row, "звонок" if answered else "звонок без ответа")


def letter(account: Account, rng: random.Random) -> str | None:
    """A letter about an open lead, shown on the lead and on its contact as the same one; two of three are sent."""
    row = choices.lead(account, rng, lambda row: choices.is_open(account, row))
    if row is None:
        return None
    contacts = row["_embedded"]["contacts"]
    places = {"leads": row["id"]} | ({"contacts": contacts[0]["id"]} if contacts else {})
    income = choices.happens(rng, 1 / 3)
    subject, address = rng.choice(words.REMARKS), words.email(rng)
    account.add_letter(places, choices.actor(account, row), income=income, subject=subject, address=address)
    return telling.about(account, row, "письмо от клиента" if income else "письмо клиенту")


def incoming(account: Account, rng: random.Random) -> str | None:
    """A request comes in by itself and waits in «Неразобранное»."""
    category = rng.choice(("forms", "forms", "sip", "mail"))
    source, name = rng.choice(words.SITES), words.deal(rng)
    account.add_unsorted(
        category,
        name=name,
        price=words.amount(rng) if choices.happens(rng, 0.3) else 0,
        contact_name=words.person(rng),
        source_name=source,
        metadata={"form_name": source} if category == "forms" else {"phone": words.phone(rng)},
    )
    return f"{source}: «{name}»"


def sort_out(account: Account, rng: random.Random) -> str | None:
    """The oldest request is accepted by a manager or, one time in six, declined."""
    with account.lock:
        uid = next(iter(account.unsorted), None)
    if uid is None:
        return None
    actor = rng.choice(choices.managers(account))
    if choices.happens(rng, 1 / 6):
        account.decline_unsorted(uid, actor)
        return telling.said(account, actor, "заявка отклонена")
    taken = account.accept_unsorted(uid, actor)
    if choices.happens(rng, 0.7):
        plan(account, rng, actor, taken["_embedded"]["leads"][0]["id"])
    return telling.said(account, actor, "заявка принята")


def _of_task(account: Account, row: Row, what: str) -> str:
    return telling.said(account, row["responsible_user_id"], f"задача «{row['text']}» {what}")
