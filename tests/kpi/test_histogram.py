from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from integration.kpi.histogram import bucket, pack, quantile, representative, unpack

values = st.integers(0, 10**15) | st.integers(0, 5000)


@given(values)
def test_a_representative_is_within_two_percent(value):
    assert abs(representative(bucket(value)) - value) * 50 <= value


@given(values, values)
def test_buckets_keep_the_order(one, other):
    assert (bucket(one) <= bucket(other)) == (one <= other) or bucket(one) == bucket(other)


@given(values)
def test_a_representative_lies_in_its_own_bucket(value):
    assert bucket(representative(bucket(value))) == bucket(value)


def test_small_numbers_are_exact():
    assert [representative(bucket(value)) for value in range(50)] == list(range(50))


@given(st.lists(values, min_size=1), st.floats(0, 1), st.floats(0, 1))
def test_a_quantile_is_near_a_value_of_that_rank_and_grows_with_p(sample, p, q):
    buckets = Counter(map(bucket, sample))
    low, high = sorted((p, q))
    assert quantile(buckets, low) <= quantile(buckets, high)
    assert quantile(buckets, 1) == representative(bucket(max(sample)))
    assert quantile(buckets, 0) == representative(bucket(min(sample)))


@given(st.lists(values, min_size=1))
def test_the_median_is_within_two_percent_of_the_lower_middle_value(sample):
    exact = sorted(sample)[(len(sample) - 1) // 2]
    assert abs(quantile(Counter(map(bucket, sample)), 0.5) - exact) * 50 <= exact


def test_a_rank_is_not_lost_to_binary_fractions():
    # 0.7 × 10 is 7.000000000000001 in some orders of arithmetic: the seventh of ten, not the eighth.
    assert quantile({bucket(value): 1 for value in range(1, 11)}, 0.7) == 7
    assert quantile({bucket(value): 1 for value in range(1, 11)}, 0.1 + 0.2) == 3


def test_nothing_has_no_median():
    assert quantile({}, 0.5) is None
    assert quantile({3: 0}, 0.5) is None


@given(st.integers(0, 2**50), values)
def test_a_status_and_a_bucket_come_out_as_they_went_in(status_id, value):
    assert unpack(pack(status_id, bucket(value))) == (status_id, bucket(value))


def test_whatever_is_beyond_all_limits_falls_into_the_last_bucket():
    assert bucket(2**80) == bucket(2**70)
    assert bucket(-5) == 0
    assert pack(1, bucket(2**80)) < pack(2, 0)
