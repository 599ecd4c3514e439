from __future__ import annotations

import time
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from integration.amo.hooks import UNSORTED, Hints, parse
from integration.kpi.activity import Request

ACCOUNT = "account[subdomain]=example&account[id]=77&account[_links][self]=https://example.amocrm.ru"


def _body(text: str) -> bytes:
    """Encode as amoCRM does: every key and value percent-encoded."""
    pairs = [pair.partition("=") for pair in text.split("&")]
    return "&".join(f"{quote(key, safe='')}={quote(value, safe='')}" for key, _, value in pairs).encode()


def _leads(*ids: int) -> frozenset[tuple[str, int]]:
    return frozenset(("leads", lead_id) for lead_id in ids)


_TASK = frozenset({("tasks", 8)})
_NOTHING: frozenset[tuple[str, int]] = frozenset()
_LIST = frozenset({UNSORTED})


def _one(kind: str, number: int) -> frozenset[tuple[str, int]]:
    return frozenset({(kind, number)})


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("leads[add][0][id]=5&leads[add][0][name]=Сделка + 5 %&leads[add][0][price]=0", _leads(5)),
        ("leads[update][0][id]=5&leads[update][1][old_status_id]=1&leads[update][1][id]=6", _leads(5, 6)),
        ("leads[status][0][status_id]=142&leads[status][0][old_status_id]=1&leads[status][0][id]=5", _leads(5)),
        ("leads[responsible][17][id]=5&leads[responsible][17][old_responsible_user_id]=9", _leads(5)),
        ("leads[restore][0][id]=5", _leads(5)),
        ("leads[update][][id]=5&leads[update][][id]=6", _leads(5, 6)),
        ("leads[update][id]=5", _leads(5)),
        ("task[add][0][id]=8&task[add][0][element_id]=5&task[add][0][element_type]=2", _TASK),
        ("task[update][0][0][id]=8&task[update][0][0][action_close]=1&task[update][0][0][result][id]=3", _TASK),
        ("task[responsible][0][id]=8", _TASK),
        ("tasks[update][0][id]=8", _TASK),
        ("leads[note][0][note][element_type]=2&leads[note][0][note][element_id]=5", _leads(5)),
        ("leads[note][0][note][id]=1&leads[note][0][note][text]=a", _NOTHING),
        ("contacts[note][0][note][element_id]=5&contacts[note][0][note][element_type]=1", _NOTHING),
        ("contacts[note][0][note][element_type]=2&contacts[note][0][note][element_id]=5", _leads(5)),
        ("companies[note][0][note][element_id]=5&companies[note][0][note][element_type]=3", _NOTHING),
        (("leads[note][0][note][element_type]=2&leads[note][0][note][element_id]=5&leads[note][0][note][id]=9"
         "&leads[note][0][note][note_type]=10&leads[note][0][note][text]={}"), _leads(5) | _one("leads/notes", 9)),
        (("contacts[note][0][note][element_type]=1&contacts[note][0][note][element_id]=5&contacts[note][0][note][id]=9"
         "&contacts[note][0][note][note_type]=11"), _one("contacts/notes", 9)),
        ("contacts[note][0][note][element_type]=3&contacts[note][0][note][id]=9", _one("companies/notes", 9)),
        ("customers[note][0][note][element_type]=12&customers[note][0][note][id]=9", _one("customers/notes", 9)),
        (("contacts[note][0][note][element_type]=1&contacts[note][0][note][id]=9"
         "&contacts[note][0][note][note_type]=4"), _NOTHING),
        (("contacts[update][0][type]=company&contacts[update][0][id]=4"
         "&contacts[update][0][linked_leads_id][5][ID]=5"), _one("companies", 4)),
        ("contacts[add][0][id]=4&contacts[add][0][type]=contact", _one("contacts", 4)),
        ("contacts[update][0][id]=4", _one("contacts", 4) | _one("companies", 4)),
        ("companies[update][0][id]=4", _one("companies", 4)),
        ("customers[period][0][id]=4&customers[period][0][period_id]=2", _NOTHING),
        ("unsorted[add][0][uid]=a1&unsorted[add][0][source_data][form_id]=1", _LIST),
        ("unsorted[update][0][uid]=a1&unsorted[update][0][data][leads][0][id]=5", _leads(5) | _LIST),
        ("unsorted[delete][0][action]=accept&unsorted[delete][0][accept_result][leads][]=5", _leads(5) | _LIST),
        ("unsorted[delete][0][uid]=a1&unsorted[delete][0][accept_result][contacts][]=4", _LIST),
        ("message[add][0][id]=b-1&message[add][0][element_type]=2&message[add][0][element_id]=5", _NOTHING),
        ("outgoing_message[add][0][author][user_id]=5", _NOTHING),
        ("talk[update][0][talk_id]=3&talk[update][0][entity_id]=5", _NOTHING),
        ("add[0][id]=5&add[0][type]=waba", _NOTHING),
        ("add[0][chat_id]=c&add[0][entity_id]=5&add[0][entity_type]=lead", _NOTHING),
        ("leads[call_in][0][id]=5&leads[call_in][0][status_id]=1&leads[call_in][0][pipeline_id]=2", _leads(5)),
        ("leads[mail_in][0][id]=5", _leads(5)),
        ("leads[add][0][id]=5&task[add][0][id]=8&companies[add][0][id]=4", _leads(5) | _TASK | _one("companies", 4)),
        ("leads[add][0][id]=5&leads[add][0][tags][0][id]=99&leads[add][0][custom_fields][0][id]=98", _leads(5)),
        ("leads[add][0][custom_fields][0][values][0]=1763500000&leads[add][0][id]=5", _leads(5)),
    ],
)  # fmt: skip
def test_every_known_shape_becomes_hints_and_nothing_is_unread(text: str, ids: frozenset[tuple[str, int]]) -> None:
    expected = Hints(ids, _NOTHING, 77, 0)
    assert parse(_body(f"{ACCOUNT}&{text}")) == expected
    assert parse(_body(f"{text}&{ACCOUNT}")) == expected
    assert parse(f"{text}&{ACCOUNT}".encode()) == expected  # brackets sent as they are


@pytest.mark.parametrize(
    "text",
    [
        "leads[delete][0][id]=5&leads[delete][0][status_id]=1&leads[delete][0][pipeline_id]=2",
        "leads[delete][0][id]=5&leads[delete][0][type]=lead",
        "leads[delete][0]=5",
        "leads[delete][]=5",
        "leads[delete]=5",
        "leads[delete][id]=5",
        "leads[delete][0][0][id]=5",
    ],
)
def test_a_deletion_in_any_shape_hints_that_the_lead_is_gone(text: str) -> None:
    assert parse(_body(text)) == Hints(_leads(5), _leads(5), None, 0)


@pytest.mark.parametrize(
    ("result", "deleted"), [("accept_result", _NOTHING), ("decline_result", _leads(5))], ids=["accepted", "declined"]
)
def test_a_request_that_was_sorted_out_is_named_with_its_lead(result: str, deleted: frozenset[tuple[str, int]]) -> None:
    item = "unsorted[delete][0]"
    told = f"{item}[action]=x&{item}[uid]=a1&{item}[category]=mail&{item}[{result}][leads][0]=5"
    request = Request("a1", "mail", lead_id=5)
    assert parse(_body(told)) == Hints(_leads(5) | _LIST, deleted, None, 0, frozenset({request}))


def test_a_request_that_comes_in_is_named_with_its_pipeline() -> None:
    item = "unsorted[add][0]"
    told = f"{item}[uid]=a1&{item}[category]=forms&{item}[pipeline_id]=3&{item}[source]=Форма"
    assert parse(_body(told)).requests == frozenset({Request("a1", "forms", pipeline_id=3)})


@pytest.mark.parametrize("wrong", ["uid=a_1", "uid=", f"uid={'a' * 65}", "category=Иван"])
def test_a_request_is_named_by_nothing_but_ids_and_known_words(wrong: str) -> None:
    name, _, value = wrong.partition("=")
    told = {"uid": "a1", "category": "mail", "lead": "5"} | {name: value}
    item = "unsorted[delete][0]"
    body = (
        f"{item}[uid]={told['uid']}&{item}[category]={told['category']}&{item}[accept_result][leads][]={told['lead']}"
    )
    assert parse(_body(body)).requests == frozenset()


def test_a_deleted_contact_or_company_is_hinted_under_its_own_kind() -> None:
    gone = _one("contacts", 4) | _one("companies", 6)
    body = "contacts[delete][0][id]=4&contacts[delete][0][type]=contact&contacts[delete][1][type]=company"
    assert parse(_body(f"{body}&contacts[delete][1][id]=6")) == Hints(gone, gone, None, 0)


def test_a_deleted_task_is_hinted_in_both_shapes() -> None:
    gone = frozenset({("tasks", 8), ("tasks", 9)})
    assert parse(b"task[delete][0][id]=8&task[delete][1]=9") == Hints(gone, gone, None, 0)


@pytest.mark.parametrize(
    "value", ["", "0", "-5", "5.0", "5e3", " 5", "5 ", "٥", "５", "5_0", "1" * 19, "abc", "\x00", "NaN"]
)
def test_an_id_that_is_no_id_is_unread(value: str) -> None:
    hints = parse(_body(f"leads[update][0][id]={value}&leads[update][1][id]=6"))
    assert hints == Hints(_leads(6), _NOTHING, None, 1)


def test_eighteen_digits_are_the_longest_id() -> None:
    assert parse(b"leads[update][0][id]=" + b"9" * 18).ids == _leads(10**18 - 1)


@pytest.mark.parametrize(
    "text",
    [
        "leads", "leads=5", "spam[add][0][id]=5", "leads[add", "leads]add[", "leads[add][0]id]=5", "leads[[add]]=5",
        "[leads][add][0][id]=5", "LEADS[add][0][id]=5", "leads[add][0][id]x=5", "leads [add][0][id]=5",
        "leads[add][0][0][0][0][0][0][0][id]=5", '{"leads":{"add":[{"id":5}]}}', "leads%255Badd%255D=5", "=5", "=",
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_counted(text: str) -> None:
    assert parse(text.encode()) == Hints(_NOTHING, _NOTHING, None, 1)


def test_eight_levels_are_the_deepest() -> None:
    assert parse(b"leads[add][0][0][0][0][0][0][id]=5") == Hints(_leads(5), frozenset(), None, 0)


def test_an_item_without_an_id_is_unread_once() -> None:
    assert parse(b"leads[update][0][name]=a&leads[update][0][price]=1&leads[update][1][id]=6").unread == 1


def test_an_empty_body_hints_at_nothing() -> None:
    assert parse(b"") == parse(b"&&&") == Hints(_NOTHING, _NOTHING, None, 0)


@pytest.mark.parametrize("value", ["0", "x", "", "1" * 19])
def test_a_foreign_account_id_is_none(value: str) -> None:
    assert parse(_body(f"account[id]={value}")).account_id is None


def test_windows_1251_and_raw_bytes_do_not_hide_the_ids() -> None:
    name = "Сделка".encode("cp1251")
    raw = b"leads[add][0][name]=" + name + b"&leads[add][0][id]=5&leads[add][0][note]=\xff\xfe\x00%FF%"
    assert parse(raw) == Hints(_leads(5), _NOTHING, None, 0)


def test_pairs_beyond_the_limit_are_counted_and_not_read() -> None:
    body = b"&".join(b"leads[update][%d][id]=%d" % (number, number) for number in range(1, 7001))
    hints = parse(body)
    assert len(hints.ids) == 5000
    assert hints.unread == 2000


@pytest.mark.parametrize(
    "body",
    [b"&" * 4_000_000, b"leads" + b"[" * 4_000_000, b"leads" + b"[0]" * 1_500_000, b"%5B" * 1_500_000, b"+" * 4_000_000,
     b"=" * 4_000_000, b"a" * 4_000_000, b"leads[delete]=" + b"9" * 4_000_000, b"[]" * 2_000_000,
     b"&".join(b"leads[note][%d][note][element_id]=1" % number for number in range(100_000))],
    ids=lambda body: repr(body[:12]),
)  # fmt: skip
def test_megabytes_of_anything_take_a_moment(body: bytes) -> None:
    started = time.process_time()
    parse(body)
    assert time.process_time() - started < 5  # half a second, with much to spare: squared it would be hours


_WORDS = st.sampled_from(
    ["leads", "task", "tasks", "unsorted", "contacts", "add", "note", "account", "update", "delete", "id", "0", "1", "",
     "accept_result", "data", "element_id", "element_type", "x", "٣"]
)  # fmt: skip
_KEYS = st.builds(
    lambda root, rest: root + "".join(f"[{part}]" for part in rest), _WORDS, st.lists(_WORDS, max_size=10)
)
_VALUES = st.integers().map(str) | st.text()
_PAIRS = st.builds(lambda key, value: f"{quote(key, safe='[]')}={quote(value)}".encode(), _KEYS, _VALUES)


@given(st.lists(_PAIRS | st.binary(), max_size=30).map(b"&".join))
@example(b"leads[update][0][id]")
def test_whatever_comes_is_read_without_an_error(body: bytes) -> None:
    hints = parse(body)
    assert hints.deleted <= hints.ids
    assert all(0 < number < 10**18 for kind, number in hints.ids - {UNSORTED})
    assert hints.unread >= 0


@given(
    st.permutations(
        b"leads[update][0][id]=5&leads[update][0][name]=a&leads[delete][0][id]=6&task[add][0][id]=8&x=1".split(b"&")
    )
)
def test_the_order_of_the_pairs_does_not_matter(pairs: list[bytes]) -> None:
    expected = Hints(frozenset({("leads", 5), ("leads", 6), ("tasks", 8)}), _leads(6), None, 1)
    assert parse(b"&".join(pairs)) == expected
