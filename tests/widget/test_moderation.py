"""Each rule of moderation is proved by an archive that breaks it."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

import pytest

from commands.moderation import Archive, findings
from commands.widget import build

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return Archive.read(build("https://pulse.example.com", tmp_path_factory.mktemp("widget") / "widget.zip"))


def changed(good: Archive, **files: bytes | str | None) -> Archive:
    """Return the archive with other files: `lib__words_js="…"` is lib/words.js, None takes the file out."""
    contents = dict(good.files)
    for name, content in files.items():
        path = name.replace("__", "/")
        stem, _, suffix = path.rpartition("_")
        path = f"{stem}.{suffix}"
        if content is None:
            del contents[path]
        else:
            contents[path] = content if isinstance(content, bytes) else content.encode()
    return Archive(contents, good.size)


def words(archive: Archive) -> str:
    return "\n".join(map(str, findings(archive)))


def with_code(good: Archive, line: str) -> Archive:
    return changed(good, script_js=good.text("script.js").replace("'use strict';", f"'use strict';\n{line}", 1))


def with_manifest(good: Archive, path: str, value: object) -> Archive:
    manifest = json.loads(good.text("manifest.json"))
    *parents, last = path.split(".")
    inner = manifest
    for parent in parents:
        inner = inner[parent]
    inner[last] = value
    return changed(good, manifest_json=json.dumps(manifest))


def with_text(good: Archive, language: str, path: str, value: object) -> Archive:
    texts = json.loads(good.text(f"i18n/{language}.json"))
    *parents, last = path.split(".")
    inner = texts
    for parent in parents:
        inner = inner[parent]
    if value is None:
        del inner[last]
    else:
        inner[last] = value
    return changed(good, **{f"i18n__{language}_json": json.dumps(texts, ensure_ascii=False)})


def test_the_archive_we_ship_keeps_every_rule(good: Archive) -> None:
    assert words(good) == ""


def test_files_in_a_folder_are_refused(good: Archive) -> None:
    inside = Archive({f"widget/{name}": content for name, content in good.files.items()}, good.size)
    assert "script.js: it lies in widget/, not at the root" in words(inside)


def test_a_missing_script_is_refused(good: Archive) -> None:
    assert words(changed(good, script_js=None)) == "script.js: it is missing"


def test_a_byte_order_mark_is_refused(good: Archive) -> None:
    broken = changed(good, style_css=b"\xef\xbb\xbf" + good.files["style.css"])
    assert "style.css:1: begins with a byte order mark" in words(broken)


def test_windows_line_ends_are_refused(good: Archive) -> None:
    broken = changed(good, lib__words_js=good.files["lib/words.js"].replace(b"\n", b"\r\n"))
    assert "lib/words.js:1: has CR line ends" in words(broken)


def test_another_encoding_is_refused(good: Archive) -> None:
    broken = changed(good, style_css=good.files["style.css"] + "/* пульс */".encode("cp1251"))
    assert "style.css: is not UTF-8" in words(broken)


def test_a_comma_too_many_is_refused(good: Archive) -> None:
    broken = changed(good, i18n__en_json=good.text("i18n/en.json").rstrip().removesuffix("}") + ",}")
    assert "i18n/en.json:" in words(broken)
    assert "is not JSON" in words(broken)


def test_a_missing_logo_is_refused(good: Archive) -> None:
    assert "images/logo_small.png: is missing" in words(changed(good, images__logo_small_png=None))


def test_a_logo_of_another_size_is_refused(good: Archive) -> None:
    broken = changed(good, images__logo_png=good.files["images/logo_main.png"])
    assert "images/logo.png: measures 400x272, not 130x100" in words(broken)


def test_a_logo_that_is_no_png_is_refused(good: Archive) -> None:
    assert "images/logo.png: is not a PNG" in words(changed(good, images__logo_png=b"GIF89a"))


def test_a_heavy_picture_is_refused(good: Archive) -> None:
    broken = changed(good, images__logo_main_png=good.files["images/logo_main.png"] + bytes(300 * 1024))
    assert "images/logo_main.png: weighs" in words(broken)


def test_an_animated_picture_is_refused(good: Archive) -> None:
    broken = changed(good, images__logo_main_png=good.files["images/logo_main.png"] + b"acTL")
    assert "images/logo_main.png: is animated" in words(broken)


def test_a_heavy_archive_is_refused(good: Archive) -> None:
    assert "widget.zip: weighs 300,000 bytes" in words(Archive(good.files, 300_000))


@pytest.mark.parametrize("name", ["lib__forgotten_js", "images__old_png", "notes_txt", "i18n__es_json"])
def test_a_file_that_nothing_uses_is_refused(good: Archive, name: str) -> None:
    assert "is not used by anything" in words(changed(good, **{name: "{}"}))


def test_a_module_that_is_not_there_is_refused(good: Archive) -> None:
    assert "script.js: depends on lib/words.js, which is missing" in words(changed(good, lib__words_js=None))


@pytest.mark.parametrize(
    ("path", "value", "refusal"),
    [
        ("widget.short_description", "", "lacks widget.short_description"),
        ("widget.support", {}, "lacks widget.support.link or .email"),
        ("widget.interface_version", 1, "widget.interface_version must be 2"),
        ("tour.is_tour", False, "tour.is_tour must be true"),
        ("widget.name", "widget.title", "names the text widget.title, which i18n/en.json lacks"),
        ("widget.locale", ["ru"], "lacks the language of the file i18n/en.json"),
        ("widget.locale", ["ru", "en", "pt"], "lacks the file of the language i18n/pt.json"),
        ("tour.tour_images", {"ru": ["/images/tour_1_ru.png"]}, "tour.tour_images.en must name 1 to 5 pictures"),
        ("locations", ["lcard-1", "lcard-0", "ccard-1", "comcard-1", "settings"], "declares lcard twice"),
        ("locations", ["lcard-1", "ccard-1", "comcard-1", "settings", "kanban"], "the unknown location kanban"),
        ("locations", ["lcard-1", "ccard-1", "comcard-1", "settings", "llist-1"], "llist-1, which the code never uses"),
        ("locations", ["lcard-1", "ccard-1", "settings"], "does not declare comcard, which the code uses"),
        ("settings.consent", {"name": "settings.consent.field", "type": "date"}, "has the unknown type date"),
        ("settings.other", {"name": "settings.consent.field", "type": "custom"}, "more than one custom field"),
        ("settings", {}, "widget.installation asks for settings"),
    ],
)
def test_a_wrong_manifest_is_refused(good: Archive, path: str, value: object, refusal: str) -> None:
    assert refusal in words(with_manifest(good, path, value))


def test_a_missing_callback_is_refused(good: Archive) -> None:
    broken = changed(good, script_js=good.text("script.js").replace("onSave:", "saved:"))
    assert "script.js: has no callback onSave" in words(broken)


@pytest.mark.parametrize(
    ("language", "path", "value", "refusal"),
    [
        ("en", "card.mine", None, "i18n/en.json: lacks card.mine"),
        ("en", "card.mine", " ", "card.mine has no words"),
        ("en", "card.mine", "Мои показатели", "card.mine is Russian"),
        ("en", "card.mine", "see pulse.ru", "card.mine has an address in .ru"),
        ("en", "card.pending", "some changes", "card.pending has other placeholders"),
        ("ru", "widget.name", "Пульс amoCRM", "the name holds the vendor's name"),
        ("ru", "card.mine", "в AmoCRM", "card.mine spells amoCRM as AmoCRM"),
    ],
)
def test_wrong_texts_are_refused(good: Archive, language: str, path: str, value: object, refusal: str) -> None:
    assert refusal in words(with_text(good, language, path, value))


def test_a_text_that_no_language_has_is_refused(good: Archive) -> None:
    assert "says card.nothing, which i18n/ru.json lacks" in words(with_code(good, "say('card.nothing');"))


@pytest.mark.parametrize(
    ("line", "refusal"),
    [
        ("console.log('here');", "only console.debug may stay"),
        ("console.trace(widget);", "console.trace stands outside of a catch"),
        ("eval('1');", "eval runs text as code"),
        ("const make = new Function('return 1');", "new Function runs text as code"),
        ("setTimeout('go()', 5);", "a timer runs text as code"),
        ("if (window.confirm('?')) { return; }", "stop the page"),
        ("$.ajax({ url: '/', async: false });", "a synchronous request stops the page"),
        ("request.open('GET', '/', false);", "a synchronous request stops the page"),
        ("for (let i = 0; i < 3; i += 1) { widget.$authorizedAjax({}); }", "made again and again in a loop"),
        ("leads.forEach(function (lead) { widget.crm_post('/', lead); });", "made again and again in a loop"),
        ("while (next) fetch(next);", "made again and again in a loop"),
        ("setInterval(function () { fetch('/api/v4/leads'); }, 1000);", "made again and again in a loop"),
        ("document.createElement('script');", "a script tag is put into the page"),
        ("$.getScript('/x');", "a script tag is put into the page"),
        ("require(['https://cdn.example.com/x.js']);", "a script is taken from elsewhere"),
        ("import('./x');", "dependencies come through define only"),
        ("body.innerHTML = name;", "words must not become markup"),
        ("APP.data.current_card = null;", "APP and AMOCRM are for reading"),
        ("window.AMOCRM.mine += 1;", "APP and AMOCRM are for reading"),
        ("delete APP.widgets;", "APP and AMOCRM are for reading"),
        ("debugger;", "debugging code"),
        ("// widget.render();", "code was commented out: widget.render();"),
        ("// const old = 5;", "code was commented out"),
        (f"const long = '{'x' * 200}';", "minified code is refused"),
    ],
)
def test_forbidden_code_is_refused(good: Archive, line: str, refusal: str) -> None:
    assert refusal in words(with_code(good, line))


@pytest.mark.parametrize(
    "line",
    [
        "console.debug('Pulse');",
        "try { go(); } catch (error) {\n  console.trace(error);\n}",
        "const text = 'eval(1), alert(2) and a // remark';",
        "// eval() and alert() are not used: they stop the page",
        "if (APP.lang_id === 'ru' && APP.data.current_card == null) { return; }",
        "host.alert(5);",
        "leads.forEach(function (lead) { draw(lead); });\nwidget.$authorizedAjax({});",
        "const quote = /['\"]/g;",
    ],
)
def test_code_that_only_looks_forbidden_passes(good: Archive, line: str) -> None:
    assert words(with_code(good, line)) == ""


def test_code_that_is_not_strict_is_refused(good: Archive) -> None:
    broken = changed(good, lib__words_js=good.text("lib/words.js").replace("'use strict';", ""))
    assert "lib/words.js: is not strict" in words(broken)


@pytest.mark.parametrize(
    ("rule", "refusal"),
    [
        (".modal-body { color: red; }", "the selector «.modal-body» reaches outside of the widget"),
        (".pulse-card, a { color: red; }", "the selector «a» reaches outside of the widget"),
        ("@media print { body { color: red; } }", "the selector «body» reaches outside"),
        ("@keyframes fade { from { opacity: 0; } }", "the selector «@keyframes fade» reaches outside"),
        (".pulse-card { --palette-link: red; }", "--palette-link is not ours to set"),
        ("@import 'x.css';", "something is fetched from elsewhere"),
        (".pulse-card { background: url(https://example.com/x.png); }", "something is fetched from elsewhere"),
    ],
)
def test_style_that_leaks_is_refused(good: Archive, rule: str, refusal: str) -> None:
    assert refusal in words(changed(good, style_css=f"{good.text('style.css')}\n{rule}\n"))


def test_style_of_our_own_passes(good: Archive) -> None:
    fine = "@media print { .pulse-card a:hover { color: var(--palette-link); } }"
    assert words(changed(good, style_css=f"{good.text('style.css')}\n{fine}\n")) == ""


def test_the_same_sources_give_the_same_bytes(tmp_path: Path) -> None:
    first = build("https://pulse.example.com", tmp_path / "1.zip")
    second = build("https://pulse.example.com/", tmp_path / "2.zip")
    assert first.read_bytes() == second.read_bytes()


def test_the_address_of_the_server_is_written_into_one_file_only(tmp_path: Path) -> None:
    ours = Archive.read(build("https://kpi.example.org", tmp_path / "1.zip"))
    other = Archive.read(build("https://pulse.example.com", tmp_path / "2.zip"))
    assert "'https://kpi.example.org'" in ours.text("lib/address.js")
    assert [name for name in ours.files if ours.files[name] != other.files[name]] == ["lib/address.js"]


def test_our_modules_are_asked_for_by_version(good: Archive) -> None:
    version = good.manifest["widget"]["version"]
    assert f"'./lib/words.js?v={version}'" in good.text("script.js")
    assert f"'./gains.js?v={version}'" in good.text("lib/feed.js")


def test_sources_of_the_pictures_are_not_shipped(tmp_path: Path) -> None:
    with zipfile.ZipFile(build("https://pulse.example.com", tmp_path / "widget.zip")) as archive:
        assert archive.namelist() == sorted(archive.namelist())
        assert not [name for name in archive.namelist() if name.startswith("art/")]


@pytest.mark.parametrize(
    "address", ["http://pulse.example.com", "pulse.example.com", "https://", "ftp://x.org", "https://a'b.c"]
)
def test_an_address_that_browsers_would_refuse_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(ValueError, match="must be https"):
        build(address, tmp_path / "widget.zip")


def test_a_server_on_this_machine_may_speak_plain_http(tmp_path: Path) -> None:
    archive = Archive.read(build("http://127.0.0.1:8000", tmp_path / "widget.zip"))
    assert "'http://127.0.0.1:8000'" in archive.text("lib/address.js")
