"""Where the rows of one account lie."""

from __future__ import annotations

from typing import Any, TypeAlias

Table: TypeAlias = dict[int, dict[str, Any]]


class Tables:
    """The rows of one account in REST shape, by id.

    `leads`, `contacts`, `companies`, `tasks` keep deleted rows, marked `is_deleted`; leads also say `merged_into`
    and `purged`. `_embedded` of a lead always holds tags, companies and contacts. A pipeline holds its `statuses` by
    id. `events` are in true order, each with its `seq`; `sorted_out` is what became of the unsorted.
    """

    def __init__(self) -> None:
        self.users: Table = {}
        self.removed_users: Table = {}
        self.groups: Table = {}
        self.roles: Table = {}
        self.pipelines: Table = {}
        self.loss_reasons: Table = {}
        self.task_types: Table = {}
        self.custom_fields: dict[str, Table] = {"leads": {}, "contacts": {}, "companies": {}}
        self.tag_ids: dict[str, int] = {}
        self.leads: Table = {}
        self.contacts: Table = {}
        self.companies: Table = {}
        self.customers: Table = {}
        self.tasks: Table = {}
        self.notes: Table = {}
        self.unsorted: dict[str, dict[str, Any]] = {}
        self.sorted_out: list[dict[str, Any]] = []
        self.webhooks: Table = {}
        self.events: list[dict[str, Any]] = []
