"""Random lives of an account: work, misfortune, time that passes. The same seed lives the same life."""

from __future__ import annotations

import random

from tests.flow.virtual import DAY, HOUR

MISCHIEF = (
    {"hook_lost": 0.5},
    {"hook_lost": 1.0},
    {"hook_doubled": 0.5, "hook_reordered": 0.5, "hook_reorder_ms": 2000},
    {"hook_stale": 0.5, "hook_forged": 0.2},
    {"hook_batch": 20, "hook_batch_mixed": True, "hook_latency_ms": 100},
    {"events_lag_seconds": 200},
    {"events_order": "oldest"},
    {"stale_reads_ms": 2000},
    {"fail_share": 0.3, "fail_status": 502},
    {"payment_required": True},
    {"paid_filter": False},
    {"full_last_page_has_next": True},
    {"merge_in_trash": False},
    {"hook_accept": "none", "hook_decline_delete": False},
)


class Life:
    """One life; `story` tells what happened, for whoever has to find out what went wrong."""

    def __init__(self, world, seed):
        self.world, self.rng = world, random.Random(seed)  # noqa: S311 - seeded, so that a failure can be had again
        self.well_behaved = world.universe.switches.state()
        self.story = [f"seed {seed}"]

    def live(self, steps):
        """Let so many things happen."""
        deeds = (self.work, self.work, self.work, self.suffer, self.suffer, self.calm_down, self.let_time_pass)
        deeds += (self.sweep, self.reorganise, self.deliver)
        for _ in range(steps):
            deed = self.rng.choice(deeds)
            self.story.append(f"{deed.__name__}: {deed()}")

    def end(self):
        """Let amoCRM behave, time pass and everything be read; return what is wrong then."""
        self.calm_down()
        self.deliver()
        self.world.pass_time(DAY + HOUR)
        self.world.full_pass()
        self.world.sweep()
        return self.world.faults()

    def work(self):
        """Let the office work."""
        changes, seconds = self.rng.randrange(5, 60), self.rng.choice((1, 60, HOUR, DAY))
        self.world.play(changes, seconds=seconds, seed=self.rng.getrandbits(32))
        return changes, seconds

    def suffer(self):
        """Let amoCRM misbehave in one more way."""
        mischief = self.rng.choice(MISCHIEF)
        self.world.universe.switches.turn(mischief)
        return mischief

    def calm_down(self):
        """Let amoCRM behave."""
        self.world.universe.switches.turn(self.well_behaved)

    def let_time_pass(self):
        """Let seconds or days pass, and what is due be done."""
        seconds = self.rng.choice((5, 600, 6 * HOUR, 2 * DAY, 9 * DAY))
        self.world.pass_time(seconds)
        return seconds

    def deliver(self):
        """Bring the hooks that wait."""
        self.world.deliver()

    def sweep(self):
        """Do the sweep that is due later."""
        self.world.sweep()

    def reorganise(self):
        """Do what heads and administrators do to many things at once."""
        deeds = (self._hand_over, self._drop_a_stage, self._merge, self._fire, self._move_house, self._expire)
        deed = self.rng.choice(deeds)
        deed(self.world.account)
        return deed.__name__

    def _hand_over(self, account):
        leads = [row["id"] for row in account.leads.values() if not row["is_deleted"]]
        crowd = self.rng.sample(leads, k=min(30, len(leads)))
        account.reassign_leads(crowd, self.world.admin, responsible_user_id=self.rng.choice([*account.users]))

    def _drop_a_stage(self, account):
        pipeline = self.rng.choice([*account.pipelines])
        stages = [row["id"] for row in account.statuses(pipeline) if row["type"] == 0 and row["id"] not in {142, 143}]
        if len(stages) > 2:
            gone, heir = self.rng.sample(stages, k=2)
            account.delete_status(pipeline, gone, self.world.admin, move_to=heir)

    def _merge(self, account):
        leads = [row["id"] for row in account.leads.values() if not row["is_deleted"]]
        pairs = self.rng.sample(leads, k=min(10, len(leads) // 2 * 2))
        account.merge_many(zip(pairs[::2], pairs[1::2], strict=True), self.world.admin)

    def _fire(self, account):
        people = [user["id"] for user in account.users.values() if not user["rights"]["is_admin"]]
        if len(people) > 3:
            account.remove_user(self.rng.choice(people))

    def _move_house(self, account):
        if self.rng.random() < 0.5:
            self.world.universe.rename(account, f"house-{self.rng.randrange(10**6)}")
        else:
            account.change_settings(timezone=self.rng.choice(("Asia/Tokyo", "Europe/Moscow", "America/New_York")))
            self.world.look_at_the_frame()

    def _expire(self, account):
        self.world.universe.grants.expire_access(account.id)
