"""The benchmark of the import in a small profile: what it says must be true, however fast this machine is."""

from __future__ import annotations

import json

from benchmarks import backfill
from commands import bench


def test_a_benchmark_is_found_by_its_name(capsys):
    assert "backfill" in bench.names()
    assert bench.main(["nothing of this name"]) == 2
    assert "backfill" in capsys.readouterr().err


def test_a_small_import_is_measured_by_amocrm_s_own_record(capsys, monkeypatch):
    monkeypatch.setenv("PULSE_REQUESTS_PER_SECOND", "7")
    backfill.main(["--leads", "120", "--days", "40", "--latency", "20"])
    told = {line["name"]: line for line in map(json.loads, capsys.readouterr().out.splitlines())}
    assert told["rows"]["value"] > 120 * 6
    assert told["requests"]["value"] > 20
    assert told["refused"]["value"] == 0
    assert told["busiest_second"]["value"] <= 7
    assert told["counters_that_differ"] | {"pass": True} == told["counters_that_differ"]
    assert told["rate_at_20_ms"]["goal"]
