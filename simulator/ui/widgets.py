"""The widgets of an account: what was uploaded, whether it is installed, and the records the page loads them by."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulator.oauth import hooks
from simulator.ui.archive import Archive, unpack

if TYPE_CHECKING:
    from simulator.account import Account
    from simulator.universe import Integration, Universe

AREAS = {
    "leads_card": "lcard",
    "contacts_card": "ccard",
    "companies_card": "comcard",
    "leads": "llist",
    "contacts": "clist",
    "widgetsSettings": "settings",
}
"""The long area codes of APP.getWidgetsArea() and the short ones of the manifest and of `self.system()`."""


@dataclass
class Widget:
    """An uploaded archive of an integration, under the code that amoCRM generated for it."""

    code: str
    archive: Archive
    integration: Integration
    number: int
    settings: dict[str, Any] = field(default_factory=dict)

    def is_shown_in(self, area: str) -> bool:
        """Tell whether the page of this long area code initialises the widget."""
        if self.archive.manifest["widget"].get("init_once") is True:
            return True
        short = AREAS.get(area)
        return bool({"everywhere", short, f"{short}-0", f"{short}-1"} & set(self.archive.manifest["locations"]))

    def takes_column_of(self, area: str) -> bool:
        """Tell whether the widget asks for the right column there: the suffix -1, which is also the default."""
        short = AREAS.get(area)
        return bool({short, f"{short}-1"} & set(self.archive.manifest["locations"]))


class Widgets:
    """All uploaded widgets. An integration has one: a new archive takes the place of the old one, under a new code."""

    def __init__(self, universe: Universe) -> None:
        self._universe = universe
        self._widgets: dict[str, Widget] = {}
        for integration in universe.integrations.values():
            if integration.archive is not None:
                self.upload(integration, integration.archive.name, integration.archive.read_bytes())

    def upload(self, integration: Integration, name: str, content: bytes) -> Widget:
        """Take an archive in. Raises ArchiveRefused."""
        archive = unpack(name, content)
        older = [widget for widget in self._widgets.values() if widget.integration is integration]
        settings = older[0].settings if older else {}
        for widget in older:
            del self._widgets[widget.code]
        number = 1000 + len(self._universe.integrations)
        widget = Widget(f"pulse_{secrets.token_hex(8)}", archive, integration, number, settings)
        self._widgets[widget.code] = widget
        return widget

    def find(self, code: str) -> Widget | None:
        """Return the widget of this code, None when there is none."""
        return self._widgets.get(code)

    def all(self) -> list[Widget]:
        """Return the widgets in the order of their upload."""
        return list(self._widgets.values())

    def is_active(self, widget: Widget, account: Account) -> bool:
        """Tell whether the widget's integration is installed in the account."""
        return (widget.integration.client_id, account.id) in self._universe.grants.installed

    def install(self, widget: Widget, account: Account, user_id: int, fields: dict[str, Any]) -> None:
        """Store the settings and tell the integration by amoCRM's own GET: three seconds, whatever it answers."""
        self.save(widget, fields)
        hooks.install(self._universe, account, widget.integration, user_id)

    def disable(self, widget: Widget, account: Account) -> None:
        """Switch the integration off: tokens die, the signed hook goes out. The settings stay."""
        hooks.disable(self._universe, account, widget.integration)

    def save(self, widget: Widget, fields: dict[str, Any]) -> None:
        """Store the settings that the manifest knows; of a custom field only JSON or a number is kept."""
        known = widget.archive.manifest.get("settings") or {}
        for code, value in fields.items():
            if code in known and (known[code]["type"] != "custom" or _is_json(value)):
                widget.settings[code] = value

    def record(self, widget: Widget, account: Account, base: str, lang: str) -> dict[str, Any]:
        """Return the record by which the page loads the widget; `base` is the account's address with scheme."""
        about = widget.archive.manifest["widget"]
        path = f"{base}/upl/{widget.code}/widget"
        active = self.is_active(widget, account)
        spoken = lang if lang in about["locale"] else about["locale"][0]
        return {
            "src": f"{path}/script.js",
            "lang": f"{path}/i18n/{spoken}.json",
            "path": path,
            "images_path": f"{path}/images",
            "settings": dict(widget.settings),
            "id": widget.number,
            "installed_version": widget.archive.version,
            "oauth_client_uuid": widget.integration.client_id,
            "active": "Y" if active else "N",
            "status": "installed" if active else "install",
            "support": about["support"],
            "name": widget.archive.text(about["name"], spoken),
            "description": widget.archive.text(about["description"], spoken),
            "init_once": "Y" if about.get("init_once") else "N",
            "category_id": 0,
        }


def _is_json(value: object) -> bool:
    if isinstance(value, str):
        try:
            json.loads(value)
        except ValueError:
            return False
    return True
