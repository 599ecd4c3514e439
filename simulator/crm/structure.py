"""The frame of an account: users, groups, roles, pipelines with statuses, loss reasons, tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.crm.state import CLOSED, LOST, WON, AccountState, Refused, Row, UnknownRow

if TYPE_CHECKING:
    from collections.abc import Sequence

_ALL = {"view": "A", "edit": "A", "add": "A", "delete": "A", "export": "A"}
_COLORS = ("#99ccff", "#ffff99", "#ffcc66", "#ffcccc", "#ccff66", "#c1c1ff", "#d6eaff")


class StructureChanges(AccountState):
    """The parts of an account that change seldom and without webhooks."""

    def add_user(
        self,
        name: str,
        *,
        email: str = "",
        is_admin: bool = False,
        is_free: bool = False,
        group_id: int = 0,
        role_id: int | None = None,
        view: str = "A",
    ) -> int:
        """Add a user and return the id. `view` is the right to see leads, contacts and companies: A, G, M or D."""
        with self.lock:
            user_id = self.new_id()
            kinds = ("leads", "contacts", "companies")
            rights: Row = {kind: {**_ALL, "view": view} if view != "D" else dict.fromkeys(_ALL, "D") for kind in kinds}
            rights |= {"tasks": {"edit": "A", "delete": "A"}, "mail_access": False, "catalog_access": False}
            rights |= {"status_rights": [], "is_admin": is_admin, "is_free": is_free, "is_active": True}
            rights |= {"group_id": group_id or None, "role_id": role_id}
            address = email or f"user{user_id}@example.com"
            self.users[user_id] = {"id": user_id, "name": name, "email": address, "lang": "ru", "rights": rights}
            return user_id

    def change_user(self, user_id: int, **rights: Any) -> None:  # noqa: ANN401 - any of the rights
        """Change a user's name or rights: is_admin, is_free, is_active, group_id, role_id, or leads={...}."""
        with self.lock:
            user = self._user(user_id)
            user["name"] = rights.pop("name", user["name"])
            user["rights"] |= rights

    def deactivate_user(self, user_id: int) -> None:
        """Switch a user off: still listed, referenced by everything they did."""
        self.change_user(user_id, is_active=False)

    def remove_user(self, user_id: int) -> None:
        """Remove a user from the account: they vanish from the list, their ids stay in the rows."""
        with self.lock:
            self.removed_users[user_id] = self._user(user_id)
            del self.users[user_id]

    def add_group(self, name: str) -> int:
        """Add a group of users and return the id."""
        with self.lock:
            group_id = self.new_id()
            self.groups[group_id] = {"id": group_id, "name": name, "uuid": None}
            return group_id

    def add_role(self, name: str) -> int:
        """Add a role and return the id."""
        with self.lock:
            role_id = self.new_id()
            rights = {kind: dict(_ALL) for kind in ("leads", "contacts", "companies")}
            rights |= {"tasks": {"edit": "A", "delete": "A"}}
            self.roles[role_id] = {"id": role_id, "name": name, "rights": rights}
            return role_id

    def add_pipeline(self, name: str, stages: Sequence[str], *, is_unsorted_on: bool = True) -> int:
        """Add a pipeline with the named stages between «Неразобранное» and 142/143; the first one is the main one."""
        with self.lock:
            pipeline_id = self.new_id()
            self.pipelines[pipeline_id] = {
                "id": pipeline_id,
                "name": name,
                "sort": len(self.pipelines) + 1,
                "is_main": not self.pipelines,
                "is_unsorted_on": is_unsorted_on,
                "is_archive": False,
                "account_id": self.id,
                "statuses": {},
            }
            self._add_status(pipeline_id, self.new_id(), "Неразобранное", sort=10, color="#c1c1c1", type_=1)
            for stage in stages:
                self.add_status(pipeline_id, stage)
            self._add_status(pipeline_id, WON, "Успешно реализовано", sort=10000, color="#CCFF66")
            self._add_status(pipeline_id, LOST, "Закрыто и не реализовано", sort=11000, color="#D5D8DB")
            return pipeline_id

    def add_status(self, pipeline_id: int, name: str) -> int:
        """Add an open status after those that are there and return its id."""
        with self.lock:
            statuses = self.pipelines[pipeline_id]["statuses"]
            sort = 10 + max((row["sort"] for row in statuses.values() if row["id"] not in CLOSED), default=10)
            status_id = self.new_id()
            self._add_status(pipeline_id, status_id, name, sort=sort, color=_COLORS[len(statuses) % len(_COLORS)])
            return status_id

    def _add_status(
        self, pipeline_id: int, status_id: int, name: str, *, sort: int, color: str, type_: int = 0
    ) -> None:
        self.pipelines[pipeline_id]["statuses"][status_id] = {
            "id": status_id,
            "name": name,
            "sort": sort,
            "is_editable": type_ == 0 and status_id not in CLOSED,
            "pipeline_id": pipeline_id,
            "color": color,
            "type": type_,
            "account_id": self.id,
        }

    def statuses(self, pipeline_id: int) -> list[Row]:
        """Return the statuses of a pipeline in their order. Raises Refused for an unknown pipeline."""
        if pipeline_id not in self.pipelines:
            raise Refused(f"there is no pipeline {pipeline_id}")
        return sorted(self.pipelines[pipeline_id]["statuses"].values(), key=lambda row: int(row["sort"]))

    def first_status(self, pipeline_id: int) -> int:
        """Return the first open, sorted status of a pipeline."""
        return next(int(row["id"]) for row in self.statuses(pipeline_id) if row["type"] == 0)

    def unsorted_status(self, pipeline_id: int) -> int:
        """Return the «Неразобранное» status of a pipeline."""
        return next(int(row["id"]) for row in self.statuses(pipeline_id) if row["type"] == 1)

    def main_pipeline(self) -> int:
        """Return the id of the main pipeline."""
        return next(pipeline_id for pipeline_id, row in self.pipelines.items() if row["is_main"])

    def check_status(self, pipeline_id: int, status_id: int) -> None:
        """Raise Refused when the pipeline does not have the status."""
        if not any(row["id"] == status_id for row in self.statuses(pipeline_id)):
            raise Refused(f"pipeline {pipeline_id} has no status {status_id}")

    def add_loss_reason(self, name: str) -> int:
        """Add a loss reason and return its id."""
        with self.changing() as now:
            reason_id = self.new_id()
            sort = len(self.loss_reasons) + 1
            row = {"id": reason_id, "name": name, "sort": sort, "created_at": now, "updated_at": now}
            self.loss_reasons[reason_id] = row
            return reason_id

    def add_custom_field(self, kind: str, name: str, type_: str = "text", code: str | None = None) -> int:
        """Add a custom field to leads, contacts or companies and return its id."""
        with self.lock:
            field_id = self.new_id()
            fields = self.custom_fields[kind]
            row = {"id": field_id, "name": name, "type": type_, "account_id": self.id, "code": code}
            row |= {"sort": 500 + len(fields), "is_api_only": False, "enums": None, "is_predefined": code is not None}
            fields[field_id] = {**row, "is_deletable": code is None, "entity_type": kind, "group_id": None}
            return field_id

    def tag(self, name: str) -> Row:
        """Return the tag of this name, with an id that stays."""
        if name not in self.tag_ids:
            self.tag_ids[name] = self.new_id()
        return {"id": self.tag_ids[name], "name": name, "color": None}

    def _user(self, user_id: int) -> Row:
        if user_id not in self.users:
            raise UnknownRow(f"users {user_id}")
        return self.users[user_id]
