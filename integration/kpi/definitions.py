"""The words of the catalogue: the name, the unit and the meaning of every number the product shows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kpi:
    """One line of the catalogue. `unit` is money (hundredths), count, share (hundredths of a percent) or seconds."""

    key: str
    unit: str
    title_ru: str
    title_en: str
    definition_ru: str
    definition_en: str

    def title(self, lang: str) -> str:
        """Return the name in Russian for «ru», else in English."""
        return self.title_ru if lang == "ru" else self.title_en

    def definition(self, lang: str) -> str:
        """Return the sentence that says what is counted, in Russian for «ru», else in English."""
        return self.definition_ru if lang == "ru" else self.definition_en


DEFINITIONS = (
    Kpi(
        "open_leads",
        "count",
        "Сделки в работе",
        "Open leads",
        "Сделки, которые не закрыты, не удалены и не лежат в «Неразобранном», у нынешнего ответственного.",
        "Leads neither closed nor deleted nor unsorted, counted for their present owner.",
    ),
    Kpi(
        "open_value",
        "money",
        "Сумма в работе",
        "Open value",
        "Сумма бюджетов сделок в работе и доля сделок без бюджета.",
        "The budgets of the open leads together, and the share of leads without one.",
    ),
    Kpi(
        "new_leads",
        "count",
        "Новые сделки",
        "New leads",
        "Сделки, взятые в работу за период: созданные или вышедшие из «Неразобранного»; "
        "засчитаны первому ответственному, который ими занялся.",
        "Leads that came into work in the period, created or accepted from unsorted; "
        "counted for the first person who owned them, routers left out.",
    ),
    Kpi(
        "won_count",
        "count",
        "Продажи",
        "Won leads",
        "Сделки, выигранные за период и не возвращённые в работу, у ответственного на момент победы.",
        "Leads won in the period and not reopened, counted for their owner at the win.",
    ),
    Kpi(
        "won_sum",
        "money",
        "Сумма продаж",
        "Sales",
        "Сумма бюджетов выигранных сделок, каждый на момент победы.",
        "The budgets of the won leads together, each as it was at the win.",
    ),
    Kpi(
        "lost_count",
        "count",
        "Проигранные",
        "Lost leads",
        "Сделки, проигранные за период и не возвращённые в работу, у ответственного на момент проигрыша.",
        "Leads lost in the period and not revived, counted for their owner at the loss.",
    ),
    Kpi(
        "lost_sum",
        "money",
        "Сумма проигранных",
        "Lost value",
        "Сумма бюджетов проигранных сделок, каждый перед самым проигрышем.",
        "The budgets of the lost leads together, each as it was just before the loss.",
    ),
    Kpi(
        "average_check",
        "money",
        "Средний чек",
        "Average sale",
        "Сумма выигранных сделок с бюджетом ÷ их число; рядом медиана и число продаж без бюджета.",
        "The value of won leads that have a budget ÷ their number; beside it the median and the wins without one.",
    ),
    Kpi(
        "cycle_time",
        "seconds",
        "Время сделки",
        "Sales cycle",
        "Медиана времени от взятия в работу до победы; время, когда сделка стояла закрытой, вычтено.",
        "The median time from coming into work to the win, without the time the lead stood closed.",
    ),
    Kpi(
        "win_rate",
        "share",
        "Доля побед",
        "Win rate",
        "Выигранные ÷ (выигранные + проигранные) среди закрытых за период, с 95-процентным интервалом Уилсона.",
        "Won ÷ (won + lost) among the leads closed in the period, with the Wilson 95 % interval.",
    ),
    Kpi(
        "stage_duration",
        "seconds",
        "Время на этапе",
        "Time in a stage",
        "Медиана времени на этапе среди пребываний, закончившихся за период.",
        "The median stay in a stage among the stays that ended in the period.",
    ),
    Kpi(
        "tasks_overdue",
        "count",
        "Просроченные задачи",
        "Overdue tasks",
        "Незавершённые задачи, срок которых прошёл, старшая из них и сумма сделок в работе, на которых они висят.",
        "Uncompleted tasks past their deadline, the oldest, and the value of the open leads they hang on.",
    ),
    Kpi(
        "tasks_on_time",
        "share",
        "Задачи в срок",
        "Tasks on time",
        "Доля задач со сроком в периоде, завершённых не позже срока; второй строкой: не позже первого срока.",
        "The share of tasks due in the period completed by their deadline; the second line, by their first deadline.",
    ),
    Kpi(
        "leads_without_task",
        "count",
        "Сделки без задач",
        "Leads without a task",
        "Сделки в работе, у которых нет ни одной незавершённой задачи, и их доля.",
        "Open leads without a single uncompleted task, and their share.",
    ),
)
"""Every KPI, in the order in which they are shown."""
