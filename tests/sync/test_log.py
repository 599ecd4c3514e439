from __future__ import annotations

import json
import logging

import pytest
import structlog

from integration import log

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJhY2NvdW50X2lkIjoxfQ.c2lnbmF0dXJl"
REFRESH = "def50200" + "ab" * 40
KEY = "k4Fz-secret_part"


@pytest.fixture(autouse=True)
def _logs_as_they_were():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_line_is_one_json_object(capsys):
    log.configure("INFO")
    structlog.get_logger("pulse").info("refreshed", account_id=31, text="Привет")
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["account_id"], line["text"], line["level"]) == ("refreshed", 31, "Привет", "info")


def test_the_libraries_speak_json_too(capsys):
    log.configure("INFO")
    logging.getLogger("urllib3").warning("retrying %s", "x")
    assert json.loads(capsys.readouterr().err)["event"] == "retrying x"


@pytest.mark.parametrize("secret", [JWT, REFRESH, KEY])
def test_nothing_secret_is_written_wherever_it_stands(capsys, secret):
    log.configure("INFO")
    logger = structlog.get_logger("pulse")
    logger.info("said", access_token=secret, nested={"client_secret": secret, "deep": [{"code": secret}]})
    logger.info("GET /hooks/%s failed", secret, url=f"https://x/cb?code={secret}&state=1&signature={secret}")
    broken = ValueError(f"https://pulse.example.ru/hooks/{secret}")
    logger.error("broken", url=f"/live?ticket={secret}", exc_info=broken)
    written = capsys.readouterr().err
    assert secret not in written
    assert written.count(log.HIDDEN) >= 6
