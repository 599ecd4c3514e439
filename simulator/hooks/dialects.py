"""The same news in the forms that real or documented bodies were seen to have, chosen by the `hook_*` switches.

https://www.amocrm.ru/developers/content/crm_platform/webhooks-format
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.crm.state import Row
    from simulator.switches import Switches

UNKNOWN_IN_2016 = {"created_at", "updated_at", "complete_before", "tags"}


def spoken(item: Row, action: str, switches: Switches) -> Row:
    """Return an item as this amoCRM words it."""
    if action == "restore" and switches.hook_restore == "id":
        return {"id": item["id"]}
    if not switches.hook_old_pipeline:
        item.pop("old_pipeline_id", None)
    if action == "update" and "pipeline_id" in item and not switches.hook_update_old_owner:
        item.pop("old_responsible_user_id", None)
    if switches.hook_modified_user_zero and "modified_user_id" in item:
        item["modified_user_id"] = 0
    if switches.hook_dialect == "2016":
        return _aged(item)
    return item


def grouped(items: list[Row], root: str, action: str, switches: Switches) -> Any:  # noqa: ANN401 - a tree
    """Return what stands under `root[action]`: the list of items, or one of the forms of the vendor's page.

    The page shows one level more in `task[update][0][0][id]`, and a deletion as the bare id in `leads[delete]`.
    """
    if switches.hook_dialect != "documented":
        return items
    if (root, action) == ("task", "update"):
        return [[item] for item in items]
    if action == "delete" and root != "unsorted":
        ids = [item["id"] for item in items]
        return ids if len(ids) > 1 else ids[0]
    return items


def envelope(introduction: Row, switches: Switches) -> Row:
    """Return what the account says of itself: only its subdomain in 2016."""
    return {"subdomain": introduction["subdomain"]} if switches.hook_dialect == "2016" else introduction


def _aged(item: Row) -> Row:
    """Leave out what came later, and let no budget be an empty string."""
    kept = {key: value for key, value in item.items() if key not in UNKNOWN_IN_2016}
    return {**kept, "price": kept["price"] or ""} if "price" in kept else kept
