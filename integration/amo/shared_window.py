"""The rate limit that all processes keep together, in Redis: one script decides, by Redis's own clock.

Two laws hold at once, both exact:

* at sending: at most `rate` requests of an account begin in any second, and at most `cap` of all accounts together;
* at arrival: amoCRM counts a request when it arrives, somewhere between our sending and its answer. So a request keeps
  one of `ceiling` places from its sending until a second after the latest moment at which it can have arrived:
  the answer's time less the shortest way there and back that such a request ever took. However the network delays
  requests, no second at amoCRM holds more than `ceiling` of them.

Live requests go before bulk ones, and in the order of asking among themselves. Bulk keeps even steps, so that the next
place is never far; while live ones come it leaves them a reserve; and if it got nothing for a while, one passes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

if TYPE_CHECKING:
    from redis import Redis

STOPPED = -1.0


class Load(NamedTuple):
    """How many requests of an account wait for their turn, and for how many seconds all of them are stopped."""

    live: int
    bulk: int
    stopped: int


WINDOW_US = 1_005_000
"""A second, and what the resolution of clocks may cost."""
UNANSWERED_US = 3_000_000
"""How long a request keeps its place whose sender never came back: killed, or still waiting."""
COLD_US = 2_200_000
"""Nobody passes so soon after Redis began: it does not know what was sent before it, and by whom without it."""
PATIENCE_US = 2_000_000
"""After so long without one, a bulk request goes before live ones."""
RECENT_US = 5_000_000
"""So long after a live request bulk leaves a reserve for the next."""
RESERVE = 2
GONE_US = 1_000_000
"""Who did not ask again for so long does not wait any more."""

_CONSTANTS = f"""
local WINDOW, UNANSWERED, COLD, PATIENCE = {WINDOW_US}, {UNANSWERED_US}, {COLD_US}, {PATIENCE_US}
local RECENT, RESERVE, GONE, BRIEFLY = {RECENT_US}, {RESERVE}, {GONE_US}, 25000
"""

# KEYS: begun (when this Redis began), all (sendings of all accounts), then of the account: stop, sends, places,
# live queue, bulk queue, seen (who asked when last), passed (when live and bulk passed last).
# ARGV: asker, 1 for live, rate, ceiling, cap.
# Returns 0 when the request may be sent, -1 when the account is stopped, else microseconds until to ask again.
_TURN = (
    _CONSTANTS
    + """
local begun, all, stop, sends, places = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local live_queue, bulk_queue, seen, passed = KEYS[6], KEYS[7], KEYS[8], KEYS[9]
local asker, live = ARGV[1], ARGV[2] == '1'
local rate, ceiling, cap = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local queue = live and live_queue or bulk_queue
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]

local function newest(key, back)
    return tonumber(redis.call('ZREVRANGE', key, back, back, 'WITHSCORES')[2] or '0')
end

if redis.call('EXISTS', stop) == 1 then
    redis.call('ZREM', queue, asker)
    return -1
end

local since = tonumber(redis.call('GET', begun) or '')
if not since or since > now or newest(sends, 0) > now or newest(all, 0) > now then
    -- A new server, a flushed one, or one whose clock was set back: what it remembers is not what was.
    redis.call('SET', begun, string.format('%.0f', now))
    redis.call('DEL', all, sends, places, live_queue, bulk_queue, seen, passed)
    since = now
end
if now - since < COLD then
    return since + COLD - now
end

for _, each in ipairs(redis.call('ZRANGEBYSCORE', seen, '-inf', now - GONE)) do
    redis.call('ZREM', live_queue, each)
    redis.call('ZREM', bulk_queue, each)
    redis.call('ZREM', seen, each)
end
redis.call('ZADD', queue, 'NX', now, asker)
redis.call('ZADD', seen, now, asker)
for _, key in ipairs({live_queue, bulk_queue, seen}) do
    redis.call('PEXPIRE', key, 10000)
end
local rank = redis.call('ZRANK', queue, asker)
if rank > 0 then
    return math.min(rank, 8) * BRIEFLY
end

local function is_overdue()
    local first = redis.call('ZRANGE', bulk_queue, 0, 0, 'WITHSCORES')[2]
    local last = tonumber(redis.call('HGET', passed, 'bulk') or '0')
    return first and now - math.max(tonumber(first), last) >= PATIENCE
end

local most = rate
if live then
    if is_overdue() then
        return BRIEFLY
    end
elseif not is_overdue() then
    if redis.call('ZCARD', live_queue) > 0 then
        return BRIEFLY
    end
    if now - tonumber(redis.call('HGET', passed, 'live') or '0') < RECENT then
        most = math.max(1, rate - RESERVE)
    end
end

local rest = math.max(newest(sends, most - 1) + WINDOW, newest(all, cap - 1) + WINDOW) - now
local used = redis.call('ZCOUNT', sends, '(' .. string.format('%.0f', now - WINDOW), '+inf')
if used >= (live and math.floor(rate / 2) or 0) then
    -- Even steps, a little shorter than the window asks for: it stays what decides.
    rest = math.max(rest, newest(sends, 0) + math.floor(0.9 * WINDOW / rate) - now)
end
redis.call('ZREMRANGEBYSCORE', places, '-inf', now)
local taken = redis.call('ZCARD', places)
if taken >= ceiling then
    local free = tonumber(redis.call('ZRANGE', places, taken - ceiling, taken - ceiling, 'WITHSCORES')[2])
    rest = math.max(rest, math.min(free - now, BRIEFLY))  -- an answer may free it sooner
end
if rest > 0 then
    return rest
end

redis.call('ZREM', queue, asker)
redis.call('ZREM', seen, asker)
for _, key in ipairs({sends, all}) do
    redis.call('ZADD', key, now, asker)
    redis.call('ZREMRANGEBYSCORE', key, '-inf', now - WINDOW)
    redis.call('PEXPIRE', key, 10000)
end
redis.call('ZADD', places, now + UNANSWERED, asker)
redis.call('PEXPIRE', places, 10000)
redis.call('HSET', passed, live and 'live' or 'bulk', string.format('%.0f', now))
redis.call('PEXPIRE', passed, 10000)
return 0
"""
)

# KEYS: places. ARGV: asker, microseconds of the shortest way. The place is free a second after the latest arrival.
_ANSWERED = (
    _CONSTANTS
    + """
local clock = redis.call('TIME')
redis.call('ZADD', KEYS[1], 'XX', clock[1] * 1000000 + clock[2] + WINDOW - ARGV[2], ARGV[1])
"""
)


class SharedWindow:
    """The limit of `rate` a second and account, `ceiling` at arrival, `cap` for all. Methods may raise RedisError."""

    def __init__(self, redis: Redis, rate: int, ceiling: int, cap: int) -> None:
        self._redis = redis
        self._limits = (rate, ceiling, cap)
        self._turn = redis.register_script(_TURN)
        self._answered = redis.register_script(_ANSWERED)

    def turn(self, account_id: int, asker: str, *, live: bool) -> float:
        """Return 0 when the request may be sent now, STOPPED, or the seconds after which to ask again."""
        names = ("sends", "places", "live", "bulk", "seen", "passed")
        keys = ["rate:begun", "rate:all", _stop(account_id), *(f"rate:{account_id}:{name}" for name in names)]
        said = cast("int", self._turn(keys=keys, args=[asker, int(live), *self._limits]))
        return STOPPED if said < 0 else said / 1_000_000

    def answered(self, account_id: int, asker: str, shortest: float) -> None:
        """Let the place go: the answer came. `shortest` is the least that the way there and back takes, in seconds."""
        self._answered(keys=[f"rate:{account_id}:places"], args=[asker, int(shortest * 1_000_000)])

    def begin_anew(self) -> None:
        """Let nobody pass for a while: requests were sent that Redis does not know of."""
        self._redis.delete("rate:begun")

    def leave(self, account_id: int, asker: str) -> None:
        """Wait no longer."""
        for queue in ("live", "bulk", "seen"):
            self._redis.zrem(f"rate:{account_id}:{queue}", asker)

    def stop(self, account_id: int, seconds: float) -> None:
        """Let no request of the account pass for so long."""
        self._redis.set(_stop(account_id), 1, px=max(1, int(seconds * 1000)))

    def load(self, account_id: int) -> Load:
        """Look at the account's queues."""
        live, bulk = (int(self._redis.zcard(f"rate:{account_id}:{queue}")) for queue in ("live", "bulk"))
        return Load(live, bulk, stopped=max(0, self._redis.pttl(_stop(account_id)) // 1000))


def _stop(account_id: int) -> str:
    return f"rate:{account_id}:stop"
