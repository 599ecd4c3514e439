"""Random lives: whatever befell an account, once amoCRM behaves again every number is the oracle's."""

from __future__ import annotations

from tests.flow.lives import Life
from tests.flow.virtual import open_world


def test_random_lives_end_exact(tmp_path, full, first_seed):
    for seed in range(first_seed, first_seed + (30 if full else 2)):
        (tmp_path / str(seed)).mkdir()
        with open_world(tmp_path / str(seed), leads=25, days=10, seed=seed) as world:
            life = Life(world, seed)
            life.live(40 if full else 8)
            assert life.end() == [], "\n".join(life.story)
