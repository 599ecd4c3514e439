"""Installs what a lock file names into a folder of its own, so that neither `venv` nor root is needed.

`pip install --target` is the one way that works alike on a bare Debian, in a container and for any user: it asks
neither for the venv module nor for permission to change the system's packages. A folder is named after the hash
of its lock and of the interpreter, is filled under another name and renamed when complete: what exists is whole.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".env"


class PreparationFailed(Exception):
    """An installation step failed; the message says which and shows the end of its output."""


def prepare(lock: str) -> Path:
    """Return the folder that holds everything `requirements/<lock>.lock` names, installing it if it is not there.

    Raises PreparationFailed with the installer's last lines.
    """
    lock_file = ROOT / "requirements" / f"{lock}.lock"
    folder = HOME / f"{lock}-{_fingerprint(lock_file)}"
    if folder.exists():
        return folder
    HOME.mkdir(exist_ok=True)
    partial = HOME / f"{folder.name}.{os.getpid()}.partial"
    command = [*_installer(), "--target", str(partial), "--no-deps", "--require-hashes", "-r", str(lock_file)]
    try:
        run_step(f"Installing {lock_file.relative_to(ROOT)}", command)
        _put_in_place(partial, folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    _drop_older(lock, folder)
    return folder


def environment(lock: str) -> dict[str, str]:
    """Return the process environment in which `sys.executable -m anything` finds the lock's packages and ours."""
    folder = prepare(lock)
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(folder)]),
        "PATH": os.pathsep.join([str(folder / "bin"), os.environ.get("PATH", os.defpath)]),
        "PYTHONNOUSERSITE": "1",
        # What else is installed on the machine is none of our tests' business; pyproject names their plugins.
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }


def run_step(title: str, command: list[str], *, env: dict[str, str] | None = None, cwd: Path = ROOT) -> None:
    """Run one preparation command, showing its title and the seconds that pass. Raises PreparationFailed."""
    started = time.monotonic()
    try:
        process = subprocess.Popen(
            command, env=env, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
    except OSError as error:
        raise PreparationFailed(f"{title}: cannot start {command[0]}: {error.strerror}") from error
    lines: list[str] = []
    reader = threading.Thread(target=lambda: lines.extend(process.stdout or ()), daemon=True)
    reader.start()
    while True:
        _show(f"{title} … {time.monotonic() - started:.0f} s")
        try:
            code = process.wait(timeout=1)
            break
        except subprocess.TimeoutExpired:
            continue
    reader.join()
    if code != 0:
        raise PreparationFailed(f"{title} failed (exit {code}):\n{''.join(lines[-30:])}")
    _show(f"{title} ✓ {time.monotonic() - started:.0f} s", final=True)


def _show(text: str, *, final: bool = False) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{text}" + ("\n" if final else ""))
    elif final:
        sys.stderr.write(text + "\n")
    sys.stderr.flush()


def _fingerprint(lock_file: Path) -> str:
    interpreter = f"{sys.implementation.cache_tag}-{sys.platform}-{os.uname().machine}"
    return hashlib.sha256(lock_file.read_bytes() + interpreter.encode()).hexdigest()[:12]


def _installer() -> list[str]:
    uv = shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--python", sys.executable, "--link-mode", "copy"]
    quiet = ["--disable-pip-version-check", "--no-warn-conflicts", "--root-user-action", "ignore"]
    return [sys.executable, "-m", "pip", "install", "--no-input", *quiet]


def _put_in_place(partial: Path, folder: Path) -> None:
    try:
        partial.rename(folder)
    except OSError:
        # Another command finished the same folder first; what it made is as good as ours.
        if not folder.exists():
            raise


def _drop_older(lock: str, keep: Path) -> None:
    for other in HOME.glob(f"{lock}-*"):
        if other != keep and ".partial" not in other.name:
            shutil.rmtree(other, ignore_errors=True)
