"""Contacts, calls, letters and incoming requests against the simulated amoCRM: row by row what is really so."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import event as sqlalchemy_event

from integration.kpi.activity import Contact, Note, Request, once
from integration.store import accounts, activity, cursors, dirty, progress, runs
from integration.sync import records
from integration.sync.apply import Batch, batch
from simulator.truth import truth
from tests.sync.activity_truth import everything, twins, wrong_rows
from workers import jobs

NOW = 1_767_100_000
NOTE = Note(
    *(5, "leads", 1, "call_in", 7, 7, 7, NOW - 50, NOW - 50),
    is_incoming=True,
    duration=60,
    call_status=4,
    fingerprint="a",
)


@pytest.fixture
def office(world):
    """An account that is imported; `since` is when Pulse came."""
    world.since = world.universe.clock.now()
    world.set_up()
    return world


def wrong(world):
    with world.ctx.database.read() as conn:
        return wrong_rows(conn, world.account.id, truth(world.account), since=world.since)


def live(world):
    """Let the hooks arrive and what they speak of be read."""
    world.universe.deliveries.flush()
    world.settle()


def sweep(world):
    jobs.activity(world.account.id)
    world.sweep()


def a_lead(world):
    return next(row for row in world.account.leads.values() if not row["is_deleted"] and row["_embedded"]["contacts"])


def work(world):
    """Do one of everything; return the notes that are one call."""
    account, lead = world.account, a_lead(world)
    contact = lead["_embedded"]["contacts"][0]["id"]
    calls = [
        account.add_call(kind, number, world.admin, duration="75", uniq="same", phone="+79991112233")
        for kind, number in (("leads", lead["id"]), ("contacts", contact))
    ]
    account.add_call("companies", account.create_company(world.admin, name="Фирма"), world.admin, direction="outbound")
    account.add_call("customers", account.create_customer(world.admin), world.admin, call_responsible=world.admin)
    account.add_letter({"leads": lead["id"], "contacts": contact}, world.admin, income=True, subject="Письмо")
    account.add_note("leads", lead["id"], world.admin, "sms_out", {"text": "Ждём", "phone": "+79991112233"})
    account.change_contact(contact, world.admin, responsible_user_id=world.admin)
    for settle in (account.accept_unsorted, account.decline_unsorted):
        settle(account.add_unsorted("forms", name="Заявка", source_name="Сайт"), world.admin)
    account.add_unsorted("mail", name="Ждёт")
    account.decline_unsorted(next(iter(account.unsorted)), world.admin)
    return calls


def test_the_import_brings_every_contact_call_letter_and_waiting_request(office):
    assert wrong(office) == []
    with office.ctx.database.read() as conn:
        same = twins(conn, office.account.id)
        state = runs.get(conn, office.account.id, runs.BACKFILL).progress
        assert cursors.of(conn, office.account.id).keys() == set(records.KINDS)
    assert {len(ids) for ids in same.values()} == {1, 2}  # letters are shown on the lead and on its contact
    assert {kind.kind for kind in progress.shown(state).kinds if kind.is_done} >= set(records.KINDS)


def test_what_hooks_tell_is_there_at_once_and_one_call_is_one(office):
    calls = work(office)
    live(office)
    assert wrong(office) == []
    with office.ctx.database.read() as conn:
        noted = activity.notes_by_id(conn, office.account.id, calls)
    assert [note.id for note in once(noted.values())] == calls[:1]


def test_a_note_that_is_edited_later_is_the_same_call_and_the_sweep_sees_the_edit(office):
    calls = work(office)
    live(office)
    office.account.change_note(calls[0], office.admin, {"link": "https://example.ru/rec", "duration": 80})
    sweep(office)
    assert wrong(office) == []


def test_with_every_hook_lost_the_sweeps_and_the_log_find_everything_that_can_be_found(office):
    office.account.switches.hook_lost = 1.0
    early = office.account.add_unsorted("forms", name="Заявка")
    sweep(office)
    work(office)
    live(office)
    sweep(office)
    # What came and went between two readings left no uid anywhere: only hooks could have told.
    unseen = {row["uid"] for row in office.account.sorted_out[-3:]} - {early}
    assert {key for key, _, _ in wrong(office)} <= unseen
    office.account.switches.hook_lost = 0.0
    office.full_pass()
    assert {key for key, _, _ in wrong(office)} <= unseen


def test_the_requests_are_checked_against_amocrms_own_count(office):
    def unseen():
        jobs.activity(office.account.id)
        with office.ctx.database.read() as conn:
            counts = runs.get(conn, office.account.id, runs.ACTIVITY).progress["unsorted"]
        return [told - known for told, known in zip(counts["told"], counts["known"], strict=True)]

    before = unseen()  # what came and went before the install
    work(office)
    live(office)
    assert unseen() == before
    office.account.switches.hook_lost = 1.0
    office.account.decline_unsorted(office.account.add_unsorted("forms", name="Мимо"), office.admin)
    live(office)
    assert unseen() == [before[0] + 1, before[1], before[2] + 1]


def test_a_request_that_only_its_last_hook_spoke_of_is_known_with_its_fate(office):
    office.account.switches.hook_lost = 1.0
    uid = office.account.add_unsorted("sip", name="Звонок", metadata={"phone": "+79991112233"})
    live(office)
    office.account.switches.hook_lost = 0.0
    office.account.decline_unsorted(uid, office.admin)
    live(office)
    # The hook that would have told the pipeline was lost, and what is declined is shown no more.
    ((key, (_, pipeline_id, *mine), (_, _, *true)),) = wrong(office)
    assert (key, pipeline_id, mine) == (uid, 0, true)


def test_a_forged_hook_about_a_request_proves_nothing(ctx, account_id):
    with ctx.database.transaction() as conn:
        activity.hear(conn, account_id, [Request("forged", "mail", lead_id=999)])
        activity.hear(conn, account_id, [Request("forged", "mail", lead_id=998)])
    batch(ctx, account_id, Batch(NOW, deleted=frozenset({("leads", 999)})))
    with ctx.database.read() as conn:
        (heard,) = activity.requests_of(conn, account_id, [998, 999])
    assert heard.lead_id == 999
    assert not heard.is_proved


def test_deleted_contacts_go_with_a_hook_or_by_the_log_and_never_without_a_word(office):
    account = office.account
    told, untold = (account.create_contact(office.admin, name="Кто-то") for _ in range(2))
    company = account.create_company(office.admin)
    live(office)
    account.delete_contact(told, office.admin)
    account.delete_company(company, office.admin)
    live(office)
    account.switches.hook_lost = 1.0
    account.delete_contact(untold, office.admin)
    live(office)
    assert [key for key, _, _ in wrong(office)] == [("contacts", untold)]
    office.sweep()
    assert wrong(office) == []
    hidden = next(row for row in account.contacts.values() if not row["is_deleted"])
    hidden["is_deleted"] = True  # hidden from the lists, and nothing says why
    office.full_pass()
    assert [key for key, _, _ in wrong(office)] == [("contacts", hidden["id"])]


def test_a_kind_that_the_account_refuses_is_skipped_with_a_word(world):
    world.since = world.universe.clock.now()
    world.account.switches.customers_mode = "unavailable"
    world.set_up()
    with world.ctx.database.transaction() as conn:
        dirty.mark(conn, world.account.id, [("customers/notes", 5)], world.ctx.now_ms())
    world.settle()
    jobs.activity(world.account.id)
    assert wrong(world) == []
    assert world.stored().state == accounts.State.ACTIVE
    with world.ctx.database.read() as conn:
        imported, swept = (runs.get(conn, world.account.id, kind).progress for kind in (runs.BACKFILL, runs.ACTIVITY))
        assert dirty.take(conn, world.account.id, "customers/notes", world.ctx.now_ms() + 10**6, 9) == []
    refused = {kind.kind: kind.refused for kind in progress.shown(imported).kinds if kind.refused}
    assert refused == swept["refused"] == {"customers/notes": "payment_required"}


@pytest.mark.parametrize("variant", ["ignored", "402"])
def test_without_the_paid_filter_contacts_come_one_by_one_and_by_scanning(office, variant):
    office.account.switches.paid_filter = False
    office.account.switches.paid_filter_absent = variant
    first = office.account.create_contact(office.admin, name="Первый")
    live(office)
    office.account.switches.hook_lost = 1.0
    office.account.change_contact(first, office.admin, responsible_user_id=0)
    sweep(office)
    assert wrong(office) == []


def test_no_name_number_address_or_text_of_a_client_is_in_any_table(office):
    account, sentinels = office.account, ("Секретов", "79990001122", "tajna@example.com", "Слово-пароль")
    name, phone, email, text = sentinels
    contact = account.create_contact(office.admin, name=name, phone=f"+{phone}")
    company = account.create_company(office.admin, name=name)
    place = {"pipeline_id": account.main_pipeline(), "status_id": account.first_status(account.main_pipeline())}
    lead = account.create_lead(office.admin, name=text, contact_id=contact, company_id=company, **place)
    account.add_call("leads", lead, office.admin, phone=f"+{phone}", uniq=text, call_result=text, source=text)
    account.add_letter({"leads": lead, "contacts": contact}, office.admin, income=False, subject=text, address=email)
    account.add_note("contacts", contact, office.admin, "sms_in", {"text": text, "phone": phone})
    account.add_note("leads", lead, office.admin, params={"text": text})
    account.create_task(office.admin, entity_type="leads", entity_id=lead, text=text, complete_till=2_000_000_000)
    metadata = {"from": {"email": email, "name": name}, "phone": phone}
    for settle in (account.accept_unsorted, account.decline_unsorted, None):
        uid = account.add_unsorted("mail", name=text, contact_name=name, source_name=email, metadata=metadata)
        if settle:
            settle(uid, office.admin)
    live(office)
    sweep(office)
    office.full_pass()
    assert wrong(office) == []
    with office.ctx.database.read() as conn:
        kept = everything(conn)
    assert [word for word in (*sentinels, phone[-10:]) if word in kept] == []


def test_a_batch_of_hundreds_costs_as_many_statements_as_one_of_one(ctx, account_id):
    def statements(size):
        said = []
        sqlalchemy_event.listen(ctx.database.engine, "before_cursor_execute", lambda *told: said.append(told[2]))
        numbers = range(1, size + 1)
        notes = [replace(NOTE, id=number) for number in numbers]
        contacts = [Contact("contacts", number, 7, 7, NOW - 50, NOW - 50) for number in numbers]
        requests = [Request(f"u{number}", "forms", "", 1, NOW - 50, number, is_listed=True) for number in numbers]
        batch(ctx, account_id, Batch(NOW, notes=notes, contacts=contacts, requests=requests))
        return len(said)

    one = statements(1)
    assert statements(200) <= one + 2


def test_an_older_snapshot_never_replaces_a_newer_one(ctx, account_id):
    newer = replace(NOTE, updated_at=NOW, duration=90)
    batch(ctx, account_id, Batch(NOW, notes=[newer]))
    batch(ctx, account_id, Batch(NOW, notes=[NOTE]))
    with ctx.database.read() as conn:
        assert activity.notes_by_id(conn, account_id, [5]) == {5: newer}
