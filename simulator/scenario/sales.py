"""What happens to leads in an office. Each deed does one believable thing and says so, or returns None."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.account import CLOSED, LOST, ROBOT, WON
from simulator.scenario import choices, telling, words
from simulator.scenario.errands import plan, wind_up

if TYPE_CHECKING:
    import random

    from simulator.account import Account, Row

SKILLS = (0.62, 0.48, 0.40, 0.55, 0.34, 0.45)
"""The share of wins of the first manager, the second and so on."""


def new_lead(account: Account, rng: random.Random) -> str | None:
    """Somebody becomes interested: a contact, sometimes a company, a lead and mostly a first task."""
    owner = rng.choice(choices.managers(account))
    selling = [key for key in account.pipelines if key != choices.after_sale(account)]
    pipeline_id = rng.choices(selling, [3 if account.pipelines[key]["is_main"] else 1 for key in selling])[0]
    name = words.deal(rng)
    company_id = account.create_company(owner, name=words.firm(rng)) if choices.happens(rng, 0.4) else None
    lead_id = account.create_lead(
        owner,
        name=name,
        price=words.amount(rng),
        pipeline_id=pipeline_id,
        status_id=account.first_status(pipeline_id),
        contact_id=account.create_contact(owner, name=words.person(rng), phone=words.phone(rng)),
        company_id=company_id,
    )
    if choices.happens(rng, 0.8):
        plan(account, rng, owner, lead_id)
    return telling.said(account, owner, f"новая сделка «{name}»")


def move(account: Account, rng: random.Random) -> str | None:
    """A lead goes on by a stage, now and then back by one; a delivery comes to its end."""
    row = choices.lead(account, rng, lambda row: choices.is_open(account, row))
    if row is None:
        return None
    stages = choices.stages(account, row["pipeline_id"])
    here = stages.index(row["status_id"])
    there = max(0, here - 1) if choices.happens(rng, 0.1) else here + 1
    if there < len(stages):
        target = stages[there]
    elif choices.is_sale(account, row):
        return None
    else:
        target = WON
    account.change_lead(row["id"], choices.actor(account, row), status_id=target)
    return telling.about(account, row, f"→ {telling.status(account, row['pipeline_id'], target)}")


def close(account: Account, rng: random.Random) -> str | None:
    """A lead on a late stage is won or lost, as its manager's skill has it; what is won mostly goes to delivery."""

    def ripe(row: Row) -> bool:
        if not choices.is_open(account, row) or not choices.is_sale(account, row):
            return False
        stages = choices.stages(account, row["pipeline_id"])
        return stages.index(row["status_id"]) >= len(stages) // 2 or choices.happens(rng, 0.15)

    row = choices.lead(account, rng, ripe)
    if row is None:
        return None
    team = choices.managers(account)
    skill = SKILLS[team.index(row["responsible_user_id"]) % len(SKILLS)] if row["responsible_user_id"] in team else 0.4
    return _win(account, rng, row) if choices.happens(rng, skill) else _lose(account, rng, row)


def _win(account: Account, rng: random.Random, row: Row) -> str:
    actor, price = choices.actor(account, row), row["price"]
    if not price and choices.happens(rng, 0.85):
        price = words.amount(rng)
    account.change_lead(row["id"], actor, status_id=WON, price=price)
    wind_up(account, rng, row["id"])
    delivery = choices.after_sale(account)
    if delivery is not None and choices.happens(rng, 0.6):
        account.change_lead(row["id"], ROBOT, pipeline_id=delivery, status_id=account.first_status(delivery))
    return telling.about(account, row, f"выиграна, {telling.roubles(price)}")


def _lose(account: Account, rng: random.Random, row: Row) -> str:
    reason_id = rng.choice([None, *account.loss_reasons])
    account.change_lead(row["id"], choices.actor(account, row), status_id=LOST, loss_reason_id=reason_id)
    wind_up(account, rng, row["id"])
    reason = account.loss_reasons[reason_id]["name"] if reason_id else "без причины"
    return telling.about(account, row, f"проиграна: {reason.lower()}")


def reopen(account: Account, rng: random.Random) -> str | None:
    """A closed lead comes back to life."""
    row = choices.lead(account, rng, lambda row: row["status_id"] in CLOSED)
    if row is None:
        return None
    target = rng.choice(choices.stages(account, row["pipeline_id"]))
    account.change_lead(row["id"], choices.actor(account, row), status_id=target)
    return telling.about(account, row, f"открыта заново: {telling.status(account, row['pipeline_id'], target)}")


def reprice(account: Account, rng: random.Random) -> str | None:
    """The amount changes: mostly of an open lead, sometimes of a won one."""
    row = choices.lead(
        account,
        rng,
        lambda row: choices.is_open(account, row) or (row["status_id"] == WON and choices.happens(rng, 0.05)),
    )
    if row is None:
        return None
    price = words.amount(rng) if not row["price"] else round(row["price"] * rng.uniform(0.8, 1.25) / 500) * 500
    account.change_lead(row["id"], choices.actor(account, row), price=price)
    return telling.about(account, row, f"бюджет {telling.roubles(price)}")


def hand_over(account: Account, rng: random.Random) -> str | None:
    """The head gives a lead to another manager."""
    row = choices.lead(account, rng, lambda row: choices.is_open(account, row))
    others = [user for user in choices.managers(account) if row and user != row["responsible_user_id"]]
    if row is None or not others:
        return None
    heir = rng.choice(others)
    account.change_lead(row["id"], choices.head(account), responsible_user_id=heir)
    return telling.about(account, row, f"передана: {telling.user(account, heir)}")


def burst(account: Account, rng: random.Random) -> str | None:
    """Several saves of one lead within one second: there, back and there again, and a price in between."""
    row = choices.lead(account, rng, lambda row: choices.is_open(account, row) and choices.is_sale(account, row))
    if row is None:
        return None
    actor = choices.actor(account, row)
    other = rng.choice([stage for stage in choices.stages(account, row["pipeline_id"]) if stage != row["status_id"]])
    for status_id in (other, row["status_id"], other):
        account.change_lead(row["id"], actor, status_id=status_id)
    account.change_lead(row["id"], actor, price=words.amount(rng))
    return telling.about(account, row, "четыре сохранения за секунду")
