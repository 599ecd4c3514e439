"""The widget's card: the KPIs of the manager whom the open entity concerns, and the entity's alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integration.report import alerts, figures, kpis
from integration.report.shapes import CardShape, EntityType, Overdue
from integration.report.stamp import stamp
from integration.store import cards

if TYPE_CHECKING:
    from integration.report.shapes import Language
    from integration.report.stamp import Question
    from integration.store.cards import EntityLead


def card(question: Question, entity: tuple[EntityType, int] | None, language: Language) -> CardShape:
    """Return the card. The number of statements does not depend on how much the account holds."""
    conn, account, viewer = question.conn, question.account, question.viewer
    leads = cards.leads_of(conn, account.account_id, *entity) if entity else []
    manager = _shown(question, entity, leads)
    scope = question.scope(frozenset({manager}))
    own = figures.together(figures.read(conn, account, scope, question.team.row_of).values())
    sparks = kpis.sparks(conn, account, scope)
    return CardShape(
        **stamp(question),
        manager=question.team.person(manager),
        kpis=kpis.evaluated(own, language, sparks),
        entity=alerts.of_entity(conn, account.account_id, viewer, entity, leads, now=question.now) if entity else None,
        overdue=Overdue(count=own.overdue, oldest=own.oldest),
    )


def _shown(question: Question, entity: tuple[EntityType, int] | None, leads: list[EntityLead]) -> int:
    """A manager sees themself; whoever sees others sees the lead's owner, else themself too."""
    if entity and entity[0] == "leads" and leads:
        owner = leads[0].responsible_user_id
        if question.viewer.sees(owner) and owner in question.team.members:
            return owner
    return question.viewer.id
