"""Small widget archives: a whole one, and the same with something changed."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

IMAGES = ("logo.png", "logo_main.png", "logo_medium.png", "logo_min.png", "logo_small.png")
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360f8cf50cf00000401010071a0e3860000000049454e44ae426082"
)

SCRIPT = """define(['jquery', './lib/echo.js'], function ($, echo) {
  return function CustomWidget() {
    var self = this;
    window.dummy = window.dummy || [];
    dummy.push('constructor area=' + self.system().area
      + ' version=' + self.get_version() + ' i18n=' + self.i18n('widget.name'));
    this.callbacks = {
      render: function () {
        dummy.push('render version=' + self.get_version() + ' ' + echo(self.i18n('widget.name')));
        self.render_template({
          caption: { class_name: 'dummy-caption' },
          body: '<p id="dummy-body">body</p>',
          render: '<p id="dummy-twig">{{ greeting }}</p>',
        }, { greeting: 'hello' });
        return RENDERED;
      },
      init: function () { dummy.push('init'); return true; },
      bind_actions: function () { dummy.push('bind_actions'); return true; },
      settings: function ($body) { dummy.push('settings save=' + $body.find('.js-widget-save').length); },
      onSave: function (event) {
        dummy.push('onSave ' + event.active);
        return SAVED;
      },
      destroy: function () { dummy.push('destroy'); },
      leads: { selected: function () { dummy.push('selected ' + self.list_selected().selected.length); } },
    };
    window.dummySelf = this;
    return this;
  };
});
"""


def manifest(**widget: Any) -> dict[str, Any]:
    """Return a manifest that amoCRM accepts, with other values in its `widget` part."""
    about = {
        "name": "widget.name",
        "description": "widget.description",
        "short_description": "widget.short_description",
        "version": "1.0.0",
        "interface_version": 2,
        "init_once": False,
        "locale": ["ru", "en"],
        "installation": True,
        "support": {"link": "https://example.com/support"},
    }
    return {
        "widget": {**about, **widget},
        "locations": ["lcard-1", "ccard-1", "llist-1", "settings"],
        "settings": {
            "note": {"name": "settings.note", "type": "text", "required": False},
            "plan": {"name": "settings.plan", "type": "custom", "required": False},
        },
    }


def texts(name: str) -> dict[str, Any]:
    """Return a translation."""
    about = {"name": name, "description": "What it does", "short_description": "Short"}
    return {"widget": about, "settings": {"note": "A note", "plan": "A plan"}}


def files(*, rendered: str = "true", saved: str = "true", about: dict[str, Any] | None = None) -> dict[str, bytes]:
    """Return the files of a good archive; `rendered` and `saved` are what render and onSave return, as JavaScript."""
    script = SCRIPT.replace("RENDERED", rendered).replace("SAVED", saved)
    return {
        "manifest.json": json.dumps(about or manifest()).encode(),
        "script.js": script.encode(),
        "lib/echo.js": b"define(function () { return function (text) { return 'echo ' + text; }; });\n",
        "i18n/ru.json": json.dumps(texts("Пример")).encode(),
        "i18n/en.json": json.dumps(texts("Sample")).encode(),
        "templates/greeting.twig": b"<i>{{ who }} {{ include_control('button', {text: 'Go'}) }}</i>",
        **{f"images/{name}": PIXEL for name in IMAGES},
    }


def zipped(content: dict[str, bytes]) -> bytes:
    """Pack files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, data in content.items():
            archive.writestr(path, data)
    return packed.getvalue()
