"""Rows as the API sends them: https://www.amocrm.ru/developers/content/crm_platform/leads-api and its neighbours."""

from __future__ import annotations

from typing import Any

LEAD: dict[str, Any] = {
    "id": 5, "name": "Сделка", "price": 1500, "responsible_user_id": 7, "group_id": 0, "status_id": 142,
    "pipeline_id": 3, "loss_reason_id": None, "created_by": 0, "updated_by": 7, "created_at": 1763500000,
    "updated_at": 1763500100, "closed_at": 1763500090, "closest_task_at": None, "is_deleted": False,
    "custom_fields_values": None, "score": None, "account_id": 77, "labor_cost": None,
    "_embedded": {
        "tags": [],
        "companies": [{"id": 40}],
        "contacts": [{"id": 41, "is_main": False}, {"id": 42, "is_main": True}],
    },
}  # fmt: skip
TASK: dict[str, Any] = {
    "id": 8, "created_by": 0, "updated_by": 7, "created_at": 1763500000, "updated_at": 1763500100,
    "responsible_user_id": 7, "group_id": 0, "entity_id": 5, "entity_type": "leads", "duration": 0,
    "is_completed": True, "task_type_id": 1, "text": "Позвонить", "result": [], "complete_till": 1763510000,
    "account_id": 77,
}  # fmt: skip
EVENT: dict[str, Any] = {
    "id": "01jcz0000000000000000000aa", "type": "lead_added", "entity_id": 5, "entity_type": "lead", "created_by": 7,
    "created_at": 1763500000, "value_after": [{"note": {"id": 1}}], "value_before": [], "account_id": 77,
    "_embedded": {"entity": {"id": 5}},
}  # fmt: skip
