"""Rows as choices of a filter, and addresses of rows: each is asked for once."""

from __future__ import annotations

from html import escape
from types import SimpleNamespace

import pytest
from django import forms
from django.urls import reverse

from accounts.models import Tenant
from portal.ui.controls import control
from portal.ui.forms import FilterForm, RowField
from portal.ui.links import each_url, tenant_url


class TenantFilterForm(FilterForm):
    tenant = RowField(queryset=Tenant.objects.order_by("slug"), empty_label="any")


@pytest.fixture
def tenants(db) -> list[Tenant]:
    return [Tenant.objects.create(slug=f"t{n:02}", name=f"Tenant {n} <&>") for n in range(20)]


def test_one_query_gives_options_words_and_validation(tenants, django_assert_num_queries):
    with django_assert_num_queries(1):
        form = TenantFilterForm({"tenant": str(tenants[3].pk)})
        form.full_clean()
        html = control(form["tenant"])
        assert form.pills[0].text == "Tenant 3 <&>"

    assert form.cleaned_data["tenant"] == tenants[3]
    assert html.count("<option") == 21
    assert f'<option value="{tenants[3].pk}" selected>Tenant 3 &lt;&amp;&gt;</option>' in html


@pytest.mark.parametrize("value", ["0", "x", "\x00", "1 OR 1=1"])
def test_a_row_that_is_not_among_them_is_refused_at_the_field(tenants, value):
    form = TenantFilterForm({"tenant": value})

    assert "tenant" in form.errors
    html = control(form["tenant"])
    assert html.count(" selected>") == 1
    assert f'{escape(value)}" selected>' in html  # what its error speaks of


def test_rows_of_one_form_are_not_those_of_the_next(tenants):
    assert len(TenantFilterForm({}).fields["tenant"].choices) == 21
    Tenant.objects.create(slug="t99", name="New")
    assert len(TenantFilterForm({}).fields["tenant"].choices) == 22
    assert isinstance(
        TenantFilterForm({}, rows={"tenant": tenants[:2]}).fields["tenant"].widget, forms.RadioSelect
    )


def test_an_address_of_a_row_is_what_django_reverses():
    for slug, pk in (("corvane", 7), ("8070605040302010", 12)):
        found = tenant_url(SimpleNamespace(slug=slug), "telephony:call_detail", pk=pk)
        assert found == reverse("telephony:call_detail", kwargs={"slug": slug, "pk": pk})
    for number in ("+33639980001", "+33639980001;ext=5 é&?#%"):
        values = {"number": number, "act": "done"}
        url = each_url(SimpleNamespace(slug="corvane"), "telephony:missed_act", "number", act="done")
        assert url(number) == reverse("telephony:missed_act", kwargs={"slug": "corvane", **values})
