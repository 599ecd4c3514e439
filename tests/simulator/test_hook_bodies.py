"""The bodies of webhooks against the key sets that were captured from real ones."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import pytest

from simulator.crm.state import Occurrence
from simulator.hooks.bodies import encode, pairs
from simulator.universe import Universe

if TYPE_CHECKING:
    from simulator.account import Account

START = 1_601_242_011  # 2020-09-28 00:26:51 in Moscow, the second of a captured note
LEAD_KEYS = {
    *("id", "name", "status_id", "price", "responsible_user_id", "last_modified", "modified_user_id"),
    *("created_user_id", "date_create", "pipeline_id", "account_id", "created_at", "updated_at"),
}
TASK_KEYS = {
    *("id", "element_id", "element_type", "task_type", "date_create", "text", "status", "account_id"),
    *("created_user_id", "last_modified", "responsible_user_id", "complete_till", "complete_before"),
    *("created_at", "updated_at"),
}


class Office:
    """An account with one manager and one pipeline, and everything it told."""

    def __init__(self) -> None:
        universe = Universe(seed=1)
        universe.clock.freeze(START)
        self.clock, self.switches = universe.clock, universe.switches
        self.account: Account = universe.add_account("romashka")
        self.manager = self.account.add_user("Ирина Белова")
        self.other = self.account.add_user("Пётр Лесной")
        self.pipeline = self.account.add_pipeline("Продажи", ["Новая", "Счёт"])
        self.first = self.account.first_status(self.pipeline)
        self.told: list[Occurrence] = []
        self.account.listeners.append(lambda _account, occurrence: self.told.append(occurrence))

    def lead(self, **fields: object) -> int:
        """Create a lead of the manager."""
        where = {"pipeline_id": self.pipeline, "status_id": self.first, "name": "Окна & двери", "price": 1500}
        return self.account.create_lead(self.manager, **{**where, **fields})

    def body(self, *codes: str) -> dict[str, str]:
        """Return the pairs of one body that tells of everything with these codes so far."""
        chosen = [occurrence for occurrence in self.told if occurrence.code in codes]
        return dict(parse_qsl(encode(chosen, self.account).decode(), keep_blank_values=True, strict_parsing=True))


@pytest.fixture
def office() -> Office:
    return Office()


def below(body: dict[str, str], prefix: str) -> set[str]:
    """Return the first keys under `prefix`: those of `leads[add][0]` are id, name and so on."""
    return {key[len(prefix) + 1 :].split("]")[0] for key in body if key.startswith(prefix + "[")}


def test_a_new_lead_carries_exactly_the_captured_keys(office: Office) -> None:
    lead_id = office.lead()
    body = office.body("add_lead")
    assert below(body, "leads[add][0]") == LEAD_KEYS
    assert body["leads[add][0][id]"] == str(lead_id)
    assert body["leads[add][0][name]"] == "Окна & двери"
    assert body["leads[add][0][date_create]"] == body["leads[add][0][created_at]"] == str(START)
    assert "leads[add][0][closed_at]" not in body


def test_the_account_introduces_itself(office: Office) -> None:
    office.lead()
    body = office.body("add_lead")
    envelope = {key: value for key, value in body.items() if key.startswith("account")}
    assert envelope == {
        "account[subdomain]": "romashka",
        "account[id]": str(office.account.id),
        "account[_links][self]": "https://romashka.amocrm.ru",
    }
    office.switches.turn({"hook_account_first": False})
    assert next(iter(body)).startswith("account")
    assert next(iter(office.body("add_lead"))).startswith("leads")


def test_no_budget_is_a_zero(office: Office) -> None:
    office.lead(price=0)
    assert office.body("add_lead")["leads[add][0][price]"] == "0"


def test_a_moved_lead_names_the_old_status_in_update_and_in_status(office: Office) -> None:
    office.account.change_lead(office.lead(), office.manager, status_id=142)
    body = office.body("update_lead", "status_lead")
    assert below(body, "leads[status][0]") == LEAD_KEYS | {"old_status_id"}
    assert body["leads[status][0][old_status_id]"] == body["leads[update][0][old_status_id]"] == str(office.first)
    assert body["leads[status][0][status_id]"] == "142"


def test_the_old_pipeline_is_told_only_by_the_switch(office: Office) -> None:
    delivery = office.account.add_pipeline("Доставка", ["Сборка"])
    office.account.change_lead(office.lead(), office.manager, pipeline_id=delivery)
    assert "leads[status][0][old_pipeline_id]" not in office.body("status_lead")
    office.switches.turn({"hook_old_pipeline": True})
    assert office.body("status_lead")["leads[status][0][old_pipeline_id]"] == str(office.pipeline)


def test_a_handed_over_lead_names_the_old_owner(office: Office) -> None:
    office.account.change_lead(office.lead(), office.manager, responsible_user_id=office.other)
    body = office.body("responsible_lead")
    assert below(body, "leads[responsible][0]") == LEAD_KEYS | {"old_responsible_user_id"}
    assert body["leads[responsible][0][old_responsible_user_id]"] == str(office.manager)


def test_a_deleted_lead_is_three_numbers(office: Office) -> None:
    office.account.delete_lead(office.lead(), office.manager)
    assert below(office.body("delete_lead"), "leads[delete][0]") == {"id", "status_id", "pipeline_id"}


def test_a_restored_lead_is_whole_or_only_an_id(office: Office) -> None:
    lead_id = office.lead()
    office.account.delete_lead(lead_id, office.manager)
    office.account.restore_lead(lead_id, office.manager)
    assert below(office.body("restore_lead"), "leads[restore][0]") == LEAD_KEYS
    office.switches.turn({"hook_restore": "id"})
    assert below(office.body("restore_lead"), "leads[restore][0]") == {"id"}


def test_tags_and_fields_keep_their_own_shapes(office: Office) -> None:
    office.lead(
        tags=["опт"],
        custom_fields_values=[
            {"field_id": 7, "field_name": "Дата", "field_type": "date", "values": [{"value": START}]},
            {"field_id": 8, "field_name": "Тип", "field_type": "select", "values": [{"value": "А", "enum_id": 3}]},
            {"field_id": 9, "field_name": "Было", "field_code": "OLD", "field_type": "text", "values": []},
        ],
    )
    body = office.body("add_lead")
    assert body["leads[add][0][tags][0][name]"] == "опт"
    assert body["leads[add][0][custom_fields][0][values][0]"] == str(START)
    assert body["leads[add][0][custom_fields][1][values][0][value]"] == "А"
    assert body["leads[add][0][custom_fields][1][values][0][enum]"] == "3"
    assert below(body, "leads[add][0][custom_fields][2]") == {"id", "name", "code"}


def test_companies_travel_under_contacts(office: Office) -> None:
    office.account.create_contact(office.manager, name="Анна Зимина", phone="+79000000001")
    office.account.create_company(office.manager, name="ООО «Север»")
    body = office.body("add_contact", "add_company")
    assert (body["contacts[add][0][type]"], body["contacts[add][1][type]"]) == ("contact", "company")
    assert body["contacts[add][0][custom_fields][0][code]"] == "PHONE"


def test_a_deleted_company_is_an_id_and_a_type(office: Office) -> None:
    office.account.delete_company(office.account.create_company(office.manager, name="ООО «Юг»"), office.manager)
    assert below(office.body("delete_company"), "contacts[delete][0]") == {"id", "type"}


def test_tasks_stand_under_the_singular(office: Office) -> None:
    lead_id = office.lead()
    office.account.create_task(office.manager, entity_type="leads", entity_id=lead_id, text="x", complete_till=START)
    body = office.body("add_task")
    assert below(body, "task[add][0]") == TASK_KEYS
    assert body["task[add][0][element_type]"] == "2"
    assert body["task[add][0][complete_till]"] == "2020-09-28 00:26:51"
    office.switches.turn({"hook_dates": "utc"})
    assert office.body("add_task")["task[add][0][complete_till]"] == "2020-09-27 21:26:51"


def test_a_completed_task_says_that_this_save_closed_it(office: Office) -> None:
    task_id = office.account.create_task(office.manager, complete_till=START, text="Позвонить")
    office.account.change_task(task_id, office.manager, text="Написать")
    office.account.complete_task(task_id, office.manager, "готово")
    body = office.body("update_task")
    assert body["task[update][0][action_close]"] == "0"
    assert body["task[update][0][old_text]"] == "Позвонить"
    assert (body["task[update][1][action_close]"], body["task[update][1][status]"]) == ("1", "1")
    assert body["task[update][1][result][text]"] == "готово"


def test_a_deleted_task_is_its_id(office: Office) -> None:
    office.account.delete_task(office.account.create_task(office.manager, complete_till=START), office.manager)
    assert below(office.body("delete_task"), "task[delete][0]") == {"id"}


def test_a_note_has_one_level_more_and_escaped_text(office: Office) -> None:
    office.account.add_note("leads", office.lead(), office.manager, params={"text": 'a & "b"'})
    body = office.body("note_lead")
    assert body["leads[note][0][note][text]"] == "a &amp; &quot;b&quot;"
    assert body["leads[note][0][note][note_type]"] == "4"
    assert body["leads[note][0][note][date_create]"] == "2020-09-28 00:26:51"


def test_a_call_is_json_inside_a_note(office: Office) -> None:
    office.account.add_call("leads", office.lead(), office.manager, direction="outbound", duration=77)
    body = office.body("note_lead")
    assert body["leads[note][0][note][note_type]"] == "11"
    assert json.loads(body["leads[note][0][note][text]"])["DURATION"] == 77


def test_an_unsorted_lead_gets_its_id_only_when_settled(office: Office) -> None:
    uid = office.account.add_unsorted("forms", name="Заявка", source_name="Сайт", metadata={"form_id": "1"})
    other = office.account.add_unsorted("sip", name="Звонок", contact_name="Анна Зимина")
    taken = office.account.accept_unsorted(uid, office.manager)
    office.account.decline_unsorted(other, office.manager)
    body = office.body("add_unsorted", "delete_unsorted")
    assert body["unsorted[add][0][source_data][form_id]"] == "1"
    assert "unsorted[add][0][data][leads][0][id]" not in body
    lead_id = str(taken["_embedded"]["leads"][0]["id"])
    assert body["unsorted[delete][0][accept_result][leads][0]"] == lead_id
    assert body["unsorted[delete][1][action]"] == "decline"
    assert below(body, "unsorted[delete][1][decline_result]") == {"leads"}


def test_several_kinds_share_one_body(office: Office) -> None:
    first, second = office.lead(), office.lead()
    office.account.delete_lead(second, office.manager)
    body = office.body("add_lead", "delete_lead")
    assert (body["leads[add][0][id]"], body["leads[add][1][id]"]) == (str(first), str(second))
    assert body["leads[delete][0][id]"] == str(second)


def test_messages_and_talks_have_roots_of_their_own(office: Office) -> None:
    message = Occurrence(
        "add_message", "messages", "add", {"id": "u", "type": "incoming", "author": {"type": "external"}}
    )
    talk = Occurrence("add_talk", "talks", "add", {"talk_id": 5, "is_read": True, "missed_at": START})
    body = dict(parse_qsl(encode([message, talk], office.account).decode()))
    assert body["message[add][0][author][type]"] == "external"
    assert (body["talk[add][0][talk_id]"], body["talk[add][0][is_read]"]) == ("5", "1")
    assert "talk[add][0][missed_at]" not in body


def test_the_actor_may_wrongly_be_nobody(office: Office) -> None:
    office.lead()
    office.switches.turn({"hook_modified_user_zero": True})
    assert office.body("add_lead")["leads[add][0][modified_user_id]"] == "0"


def test_companies_may_have_a_root_of_their_own(office: Office) -> None:
    office.account.create_company(office.manager, name="ООО «Север»")
    office.switches.turn({"hook_companies_root": "companies"})
    assert office.body("add_company")["companies[add][0][type]"] == "company"


def test_bodies_of_2016_know_less(office: Office) -> None:
    lead_id = office.lead(price=0, tags=["опт"])
    office.account.create_task(office.manager, entity_type="leads", entity_id=lead_id, text="x", complete_till=START)
    office.switches.turn({"hook_dialect": "2016"})
    body = office.body("add_lead", "add_task")
    assert below(body, "leads[add][0]") == LEAD_KEYS - {"created_at", "updated_at"}
    assert body["leads[add][0][price]"] == ""
    assert below(body, "task[add][0]") == TASK_KEYS - {"created_at", "updated_at", "complete_before"}
    assert [key for key in body if key.startswith("account")] == ["account[subdomain]"]


def test_the_documented_forms_can_be_had(office: Office) -> None:
    lead_id, other = office.lead(), office.lead()
    task_id = office.account.create_task(office.manager, complete_till=START)
    office.account.complete_task(task_id, office.manager)
    office.account.delete_lead(lead_id, office.manager)
    office.switches.turn({"hook_dialect": "documented"})
    body = office.body("update_task", "delete_lead")
    assert body["task[update][0][0][id]"] == str(task_id)
    assert body["leads[delete]"] == str(lead_id)
    office.account.delete_lead(other, office.manager)
    assert office.body("delete_lead")["leads[delete][1]"] == str(other)


def test_nothing_empty_appears() -> None:
    assert list(pairs({"a": None, "b": [], "c": {}, "d": "", "e": [{"f": None}, False]})) == [("d", ""), ("e[1]", "0")]
