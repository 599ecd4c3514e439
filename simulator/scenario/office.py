"""The office before its first day: people, groups, pipelines, reasons of loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.account import Account
    from simulator.clock import Clock
    from simulator.universe import Universe

TEAMS = {
    "Розница": ("Алина Ветрова", "Глеб Рябинин", "Кира Озерцова"),
    "Опт": ("Марат Снегирин", "Полина Клёнова", "Руслан Полянцев"),
}
PIPELINES = {
    "Продажи": ("Первичный контакт", "Переговоры", "Отправлено предложение", "Согласование договора", "Ждём оплату"),
    "Опт и тендеры": ("Знакомство", "Подготовка заявки", "Торги", "Договор"),
}
AFTER_SALE = ("Доставка", ("Комплектация", "В пути", "Монтаж"))
REASONS = ("Дорого", "Выбрали других", "Пропала потребность", "Не дозвонились", "Нет в наличии")


def open_office(universe: Universe, subdomain: str = "pulse-demo", *, clock: Clock | None = None) -> Account:
    """Open an account with an admin, a head, six managers in two groups, a free user and three pipelines.

    The head sees the leads of their own group (right G), a manager their own (M). «Доставка» is the after-sale one.
    The account lives by `clock`, by the world's when None.
    """
    account = universe.add_account(subdomain, name="Светлый дом", clock=clock)
    account.add_user("Вера Луговина", is_admin=True)
    for number, (team, names) in enumerate(TEAMS.items()):
        group_id = account.add_group(team)
        if number == 0:
            account.add_user("Егор Зорькин", group_id=group_id, view="G")
        for name in names:
            account.add_user(name, group_id=group_id, view="M")
    account.add_user("Нина Ручьёва", is_free=True)
    for name, stages in PIPELINES.items():
        account.add_pipeline(name, stages)
    account.add_pipeline(*AFTER_SALE, is_unsorted_on=False)
    for reason in REASONS:
        account.add_loss_reason(reason)
    return account
