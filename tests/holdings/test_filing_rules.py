"""Document types and retention periods are set up by administrators; what papers or rules use is refused deletion."""

import pytest
from django.urls import reverse

from dms.core.errors import NotAllowed, Refusal
from dms.holdings.models import DocumentType, RetentionPeriod
from dms.holdings.services.filing_rules import (
    delete_document_type,
    delete_retention_period,
    save_document_type,
    save_retention_period,
)
from dms.journal.models import JournalEntry

pytestmark = pytest.mark.rule("F3")


@pytest.mark.rule("A7")
def test_a_type_is_added_and_changed_on_the_screen_and_journalled(house, sign_in):
    client = sign_in(house.admin)
    sent = {"code": "notice", "name": "通知", "role": "plain", "position": 20}
    answer = client.post(reverse("holdings:document_types"), sent, follow=True)
    assert "通知" in answer.content.decode()
    notice = DocumentType.objects.get(code="notice")
    client.post(reverse("holdings:document_type", args=[notice.public_id]), {**sent, "role": "summary"})
    notice.refresh_from_db()
    assert notice.role == "summary"
    actions = JournalEntry.objects.filter(action__startswith="document_type.").order_by("pk")
    assert [(entry.action, entry.facts) for entry in actions] == [
        ("document_type.created", {"role": "plain"}),
        ("document_type.changed", {"role": "summary"}),
    ]


@pytest.mark.rule("A9")
def test_a_period_is_added_with_its_years_and_deleted_while_nothing_uses_it(house, sign_in):
    client = sign_in(house.admin)
    client.post(reverse("holdings:retention_periods"), {"code": "ten", "name": "10年", "years": 10})
    ten = RetentionPeriod.objects.get(code="ten")
    assert ten.years == 10
    client.post(reverse("holdings:retention_period", args=["ten"]), {"act": "delete"})
    assert not RetentionPeriod.objects.filter(code="ten").exists()
    assert JournalEntry.objects.filter(action="retention_period.deleted", thing_label="ten").count() == 1


def test_a_period_of_no_year_and_a_code_given_twice_are_refused_at_their_fields(house, sign_in):
    client = sign_in(house.admin)
    before = (RetentionPeriod.objects.count(), DocumentType.objects.count(), JournalEntry.objects.count())
    answer = client.post(reverse("holdings:retention_periods"), {"code": "long", "name": "长", "years": 0})
    assert "code" in answer.context["form"].errors
    answer = client.post(reverse("holdings:retention_periods"), {"code": "none", "name": "零", "years": 0})
    assert answer.status_code == 422
    answer = client.post(reverse("holdings:document_types"), {"code": "plan", "name": "计划", "role": "plan"})
    assert answer.status_code == 422
    after = (RetentionPeriod.objects.count(), DocumentType.objects.count(), JournalEntry.objects.count())
    assert after == before


def test_refuses_deleting_what_is_in_use_in_words(house, sign_in, item):
    plan, long = DocumentType.objects.get(code="plan"), RetentionPeriod.objects.get(code="long")
    item.document_type = plan
    item.save()
    section = item.dossier.kind.sections.first()
    section.retention = long
    section.save()
    before = JournalEntry.objects.count()
    for attempt in (
        lambda: delete_document_type(document_type=plan, acting_user=house.admin),
        lambda: delete_retention_period(period=long, acting_user=house.admin),
    ):
        with pytest.raises(Refusal):
            attempt()
    assert JournalEntry.objects.count() == before
    answer = sign_in(house.admin).post(reverse("holdings:document_type", args=[plan.public_id]), {"act": "delete"})
    assert answer.status_code == 409
    assert DocumentType.objects.filter(pk=plan.pk).exists()
    assert RetentionPeriod.objects.filter(pk=long.pk).exists()


@pytest.mark.parametrize("role", ["archivist", "head1", "gm"])
def test_refuses_everybody_else(house, role):
    person, before = house.people[role], JournalEntry.objects.count()
    plan, long = DocumentType.objects.get(code="plan"), RetentionPeriod.objects.get(code="long")
    for attempt in (
        lambda: save_document_type(document_type=DocumentType(code="x", name="x"), acting_user=person),
        lambda: save_retention_period(period=RetentionPeriod(code="x", name="x"), acting_user=person),
        lambda: delete_document_type(document_type=plan, acting_user=person),
        lambda: delete_retention_period(period=long, acting_user=person),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    assert not DocumentType.objects.filter(code="x").exists()
    assert JournalEntry.objects.count() == before


@pytest.mark.rule("A7")
def test_the_entry_of_a_paper_takes_type_uncertain_date_and_period(house, sign_in, item):
    client, plan = sign_in(house.archivist), DocumentType.objects.get(code="plan")
    sent = {
        "title": item.title,
        "document_type": plan.pk,
        "document_date": "2021-01-01",
        "date_precision": "year",
        "period_from": "2021-01-01",
        "period_to": "2025-12-31",
        "copies": 1,
        "expected_version": item.version,
    }
    page = client.post(reverse("holdings:item_edit", args=[item.public_id]), sent, follow=True).content.decode()
    item.refresh_from_db()
    assert (item.document_type, item.date_text) == (plan, "2021")
    assert "2021-01-01 – 2025-12-31" in page


def test_a_period_that_ends_before_it_begins_is_refused_with_everything_typed_kept(house, sign_in, item):
    sent = {
        "title": "改了的题名",
        "period_from": "2025-01-01",
        "period_to": "2021-01-01",
        "copies": 1,
        "expected_version": item.version,
    }
    answer = sign_in(house.archivist).post(reverse("holdings:item_edit", args=[item.public_id]), sent)
    assert "改了的题名" in answer.content.decode()
    assert answer.status_code == 409
    item.refresh_from_db()
    assert (item.title == "改了的题名", item.period_from) == (False, None)
