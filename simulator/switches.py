"""Everything about amoCRM that is unknown, and everything that can go wrong, as one table of switches.

The defaults are the well-behaved amoCRM with the likelier variant of every unverified fact.
Shares are 0.0 to 1.0; chance is seeded by the universe.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args, get_origin, get_type_hints


@dataclass
class Switches:
    """The state of all switches, of the world or of one account. PATCH /_sim/switches changes them by these names."""

    # OAuth ----------------------------------------------------------------------------------------------------
    refresh_grace_seconds: int = 0
    """For how long a used refresh token still works (0: single use, strictly)."""
    access_survives_refresh: bool = True
    """Whether the previous access token lives until its own exp after a refresh."""
    demotion_weakens_grant: bool = False
    """Whether an admin's grant falls to the rights of its user when that user stops being an admin."""
    grant_error_status: Literal[401, 400] = 401
    """The status of a dead code or refresh token: 401 is captured, 400 is documented."""
    access_token_seconds: int = 86400
    api_domain_serves_api: bool = True
    """Whether /api/v4 answers on the api-b host too: developers disagree."""
    disconnect_parameters: Literal["client_uuid", "client_id", "both"] = "client_uuid"
    """How the uninstall hook names the integration: the vendor's page contradicts itself."""
    disposable_token_seconds: int = 1800
    """Life of the widget's X-Auth-Token; the docs' example is the only evidence."""
    disposable_token_has_is_admin: bool = True
    """The claim is not documented, only the vendor's library reads it."""
    refusal_echoes_state: bool = True
    """Whether a refused consent brings the state back."""
    refresh_answer_lost: bool = False
    """The next refresh is carried out, and its answer never arrives (the connection breaks)."""

    # Webhook subscription -------------------------------------------------------------------------------------
    webhook_post_merges: bool = False
    """Whether a repeated POST adds to the codes (True) or replaces them."""
    webhook_post_status: Literal[201, 200] = 201
    webhook_post_reenables: bool = True
    """Whether a POST switches a disabled hook on again."""
    webhook_unknown_code: Literal["400", "422", "accept", "ignore"] = "400"
    webhook_tariff_refusal: Literal["none", "402", "403"] = "none"
    """What an account on the basic tariff answers to a subscription."""
    webhooks_die_on_disable: bool = False
    """Whether disabling the integration removes the hooks that its token made."""

    # Webhook contents -----------------------------------------------------------------------------------------
    hook_old_pipeline: bool = False
    """Whether leads[status] names old_pipeline_id: no account-level capture has it."""
    hook_update_old_owner: bool = True
    """Whether leads[update] names old_responsible_user_id: known of contacts only."""
    hook_restore: Literal["full", "id"] = "full"
    hook_accept: Literal["add", "status", "both", "none"] = "add"
    """Which lead hook accompanies the acceptance of an unsorted lead."""
    hook_update_task: bool = True
    """Kommo is said not to send task updates."""
    hook_merge_delete: bool = True
    """Whether the absorbed lead of a merge gets leads[delete]."""
    hook_decline_delete: bool = True
    """Whether a declined unsorted lead gets leads[delete] besides unsorted[delete]."""
    hook_dates: Literal["account", "utc"] = "account"
    """The zone of date strings in task and note hooks."""
    hook_account_first: bool = True
    hook_same_request_id: bool = True
    """Whether X-Amocrm-Requestid repeats on retries."""
    hook_modified_user_zero: bool = False
    """LIB #576: modified_user_id wrongly 0."""
    hook_companies_root: Literal["contacts", "companies"] = "contacts"
    """Where companies stand: `companies` is known from other people's code only."""
    hook_dialect: Literal["captured", "2016", "documented"] = "captured"
    """Bodies as captured lately, as in 2016 (fewer keys), or in the odd forms that only the vendor's page shows."""

    # Webhook delivery -----------------------------------------------------------------------------------------
    hook_latency_ms: int = 20
    hook_lost: float = 0.0
    hook_doubled: float = 0.0
    hook_reordered: float = 0.0
    """Share of requests held back so that later ones overtake them."""
    hook_reorder_ms: int = 5000
    """The longest time for which a reordered request is held back; how long is chance."""
    hook_delayed: float = 0.0
    hook_delay_ms: int = 3000
    hook_stale: float = 0.0
    """Share of bodies that carry the entity as it was one change earlier."""
    hook_forged: float = 0.0
    """Share of requests after which a stranger sends one of the same form with ids of nobody."""
    hook_collapse: bool = False
    """Several changes of one entity inside one second send only the last."""
    hook_batch: int = 1
    """Up to how many waiting items of one action travel in one request."""
    hook_mass_batch: int = 50
    """Up to how many items of one mass action travel in one request."""
    hook_batch_mixed: bool = False
    """Whether items of different actions, such as an update and its status, may share that request."""
    hook_timeout_status: int = 499
    """The status that amoCRM books for a timeout: 499 or 0."""

    # REST -----------------------------------------------------------------------------------------------------
    paid_filter: bool = True
    """The paid «API filter» of leads, contacts and companies; shown as account.is_api_filter_enabled."""
    paid_filter_absent: Literal["ignored", "400", "402", "403"] = "ignored"
    """What a filter does in an account that has not paid."""
    reads_over_limit: Literal["clamp", "400"] = "clamp"
    """A read with limit above the maximum."""
    full_last_page_has_next: bool = False
    """Whether a list of exactly n pages promises one more, which answers 204."""
    task_result_empty: Literal["list", "object"] = "list"
    events_order: Literal["newest", "oldest"] = "newest"
    events_max_limit: int = 100
    events_first_page_only: bool = False
    """Krukov #76: no further pages of events."""
    events_lag_seconds: int = 0
    """Events appear in the API only this much later than they happened."""
    events_retention_days: int = 0
    """Older events are gone; 0 keeps them all."""
    event_ids_shuffled: bool = False
    """Whether event ids of one second sort by chance."""
    honours_if_modified_since: bool = False
    """Whether a read answers 304 when none of its rows changed since: Kommo recommends the header, v4 is silent."""
    filter_ends_inclusive: bool = True
    """Whether [from, to] of a filter contain both their ends."""
    stale_reads_ms: int = 0
    """An entity read within this time of its change still shows the state before."""

    # Meaning --------------------------------------------------------------------------------------------------
    closed_at_on_reopening: Literal["null", "keep"] = "null"
    loss_reason_on_reopening: Literal["clear", "keep"] = "clear"
    unsorted_responsible: Literal["zero", "null", "admin"] = "zero"
    group_of_default: Literal["zero", "null"] = "zero"
    """How a user's default group looks: 0 or null."""
    merge_delete_event: bool = True
    """Whether the absorbed lead of a merge gets lead_deleted."""
    merge_in_trash: bool = True
    """Whether the absorbed lead of a merge is listed by with=only_deleted."""
    customers_mode: Literal["unavailable", "disabled", "segments", "dynamic", "periodicity"] = "disabled"
    """Where customers are unavailable, their lists answer 402; which of the refusals amoCRM gives is unknown."""

    # Limits ---------------------------------------------------------------------------------------------------
    limits: bool = True
    limit_integration: int = 7
    limit_account: int = 50
    limit_scope: Literal["account", "integration"] = "account"
    """Whether the integration's limit counts per account or over all accounts."""
    limit_body: Literal["json", "plain"] = "json"
    limit_retry_after: bool = False
    """Whether 429 carries Retry-After."""
    block_after: int = 10
    """How many 429 within a minute turn into the 403 HTML block; 0 never."""
    block_seconds: int = 60

    # Mischief of the API --------------------------------------------------------------------------------------
    fail_share: float = 0.0
    fail_status: Literal[500, 502, 503, 504, 429, 403, 402] = 502
    slow_share: float = 0.0
    slow_ms: int = 0
    payment_required: bool = False
    """The subscription has ended: 402 to everything."""

    def state(self) -> dict[str, Any]:
        """Return every switch by name, ready for JSON."""
        return asdict(self)

    def turn(self, changes: dict[str, Any]) -> None:
        """Set the named switches, all or none. Raises ValueError saying which name or value is wrong."""
        kinds = get_type_hints(type(self))
        for name, value in changes.items():
            if name not in kinds:
                known = ", ".join(field.name for field in fields(self))
                raise ValueError(f"no switch {name!r}; there are {known}")
            if not _fits(value, kinds[name]):
                raise ValueError(f"switch {name!r} does not take {value!r}")
        for name, value in changes.items():
            setattr(self, name, float(value) if kinds[name] is float else value)


def _fits(value: object, kind: object) -> bool:
    if get_origin(kind) is Literal:
        return any(value == choice and type(value) is type(choice) for choice in get_args(kind))
    if kind is float:
        return type(value) in {int, float} and 0 <= float(str(value)) <= 1
    if kind is int:
        return type(value) is int and value >= 0
    return type(value) is bool
