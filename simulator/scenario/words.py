"""Names and amounts for a Russian sales office. Every person and company here is invented."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

WOMEN = ("Алина", "Вера", "Дарья", "Елена", "Инна", "Кира", "Лидия", "Майя", "Нина", "Ольга", "Полина", "Тамара")
MEN = ("Антон", "Борис", "Вадим", "Глеб", "Денис", "Егор", "Игорь", "Кирилл", "Марат", "Олег", "Павел", "Руслан")
SURNAMES = (
    "Ветров",
    "Рябинин",
    "Озерцов",
    "Снегирин",
    "Клёнов",
    "Полянцев",
    "Ручьёв",
    "Зорькин",
    "Верескин",
    "Луговин",
)
FORMS = ("ООО", "АО", "ИП")
FIRMS = (
    *("Северный берег", "Тихий двор", "Медный ключ", "Белый парус", "Старый причал", "Зелёный квартал", "Новый мост"),
    *("Дальний кордон", "Ясный день", "Верхний пруд", "Синий камень", "Тёплый угол", "Лёгкий шаг", "Ровный строй"),
)
GOODS = (
    *("Окна", "Двери", "Кухня на заказ", "Стеллажи", "Мебель", "Перегородки", "Жалюзи", "Освещение", "Кондиционеры"),
    *("Навес", "Лестница", "Витрины", "Кассовая зона", "Пожарная сигнализация", "Видеонаблюдение", "Ворота"),
)
PLACES = (
    *("для офиса", "для склада", "для магазина", "для кафе", "для дома", "для школы", "для гостиницы", "для салона"),
    *("на дачу", "в новостройку", "для производства", "для аптеки", "для шоурума"),
)
ERRANDS = (
    *("Позвонить и уточнить размеры", "Отправить коммерческое предложение", "Согласовать дату замера"),
    *("Напомнить про оплату счёта", "Подготовить договор", "Узнать решение", "Поздравить и предложить сервис"),
)
RESULTS = ("Договорились", "Отправлено, ждём ответа", "Перезвонят сами", "Замер назначен", "Оплатят на неделе")
REMARKS = ("Просят скидку 5 %", "Решение за директором", "Сравнивают с другим поставщиком", "Нужна рассрочка")
SITES = ("Форма на сайте", "Заявка с лендинга", "Обратный звонок", "Квиз «Расчёт стоимости»")
UNPRICED_SHARE = 0.12


def person(rng: random.Random) -> str:
    """Return a first and a last name."""
    surname = rng.choice(SURNAMES)
    return rng.choice((f"{rng.choice(WOMEN)} {surname}а", f"{rng.choice(MEN)} {surname}"))


def firm(rng: random.Random) -> str:
    """Return the name of a company."""
    return f"{rng.choice(FORMS)} «{rng.choice(FIRMS)}»"


def deal(rng: random.Random) -> str:
    """Return what a lead is about."""
    return f"{rng.choice(GOODS)} {rng.choice(PLACES)}"


def amount(rng: random.Random) -> int:
    """Return roubles: mostly 30 to 400 thousand, a long tail, sometimes no price yet (0)."""
    if rng.random() < UNPRICED_SHARE:
        return 0
    roubles = math.exp(rng.gauss(11.6, 0.9))
    return max(5, round(min(roubles, 4_000_000) / 500)) * 500


def email(rng: random.Random) -> str:
    """Return an e-mail address of a domain that serves nobody."""
    return f"client{rng.randrange(10**5)}@example.com"


def phone(rng: random.Random) -> str:
    """Return a telephone number out of a range that serves nobody."""
    return f"+7000{rng.randrange(10**7):07d}"
