"""The filter of the list of alerts, what people say of one, and the form of a rule: the fields that its kind has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from accounts.models import Tenant
from portal.lib.names import named
from portal.ui.formats import count, seconds_words
from portal.ui.forms import FilterForm, FixedChoices, any_of
from telephony.forms.recipients import RecipientsForm
from telephony.models import AlertRule, Connection, Entity
from telephony.models.alerts import NOTE_AT_MOST, AnyRule

MICROS = 1_000_000
OPEN, ENDED = "", "closed"
WAITING, ALL = "", "1"
EACH_PLACE = (AlertRule.Of.EACH_LINE, AlertRule.Of.EACH_GROUP)


def _clock() -> forms.TimeInput:
    return forms.TimeInput(format="%H:%M", attrs={"type": "time", "class": "form-control sb-time"})


class AlertFilterForm(FilterForm):
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        choices=FixedChoices(
            [(OPEN, pgettext_lazy("several alerts", "open")), (ENDED, gettext_lazy("History"))]
        ),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=any_of(AlertRule.Kind))

    def narrow(self, records: QuerySet) -> QuerySet:
        records = records.filter(closed_at__isnull=self.cleaned_data.get("state") != ENDED)
        kind = self.cleaned_data.get("kind")
        return records.filter(rule__kind=kind) if kind else records


class StaffAlertFilterForm(FilterForm):
    """Of the open ones of all tenants."""

    q = forms.CharField(label=gettext_lazy("Name of a tenant"), max_length=80)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=any_of(AlertRule.Kind))
    all = forms.ChoiceField(
        label=gettext_lazy("State"),
        choices=FixedChoices(
            [
                (WAITING, pgettext_lazy("several alerts", "waiting for somebody")),
                (ALL, gettext_lazy("acknowledged and snoozed too")),
            ],
        ),
    )

    def narrow(self, records: QuerySet) -> QuerySet:
        told = self.cleaned_data
        if words := told["q"]:
            records = records.filter(named(words, "tenant__name") | Q(tenant__slug__icontains=words))
        if kind := told["kind"]:
            records = records.filter(rule__kind=kind)
        return records if told["all"] == ALL else records.waiting(timezone.now())  # type: ignore[attr-defined]


class AlertNoteForm(forms.Form):
    """`others` are how many more of the same rule wait for somebody: where there are some, one act may be for all."""

    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=NOTE_AT_MOST,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    is_for_all = forms.BooleanField(required=False)

    def __init__(self, *args: Any, others: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not others:
            del self.fields["is_for_all"]
            return
        self.fields["is_for_all"].label = ngettext(
            "The %(count)s other open alert of this rule as well",
            "The %(count)s other open alerts of this rule as well",
            others,
        ) % {"count": count(others)}


class AlertRuleForm(RecipientsForm):
    """fields     names of the fields that the kind has; the others are left out
    choices    for fields that offer some numbers: seconds
    of         what the kind can be of; `connections` and `places` are those to choose among
    currencies of the tenant's connections
    """

    scope = forms.ChoiceField(label=gettext_lazy("Which calls"))
    left_out = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Leave out"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Only where the rule is for each line, or for each queue and group."),
    )
    period = forms.ChoiceField(
        label=gettext_lazy("Counted together"),
        choices=AlertRule.Period.choices,
        help_text=gettext_lazy("Days are those of the tenant’s zone."),
    )
    limit_s = forms.TypedChoiceField(label=gettext_lazy("Within"), coerce=int)
    limit_percent = forms.IntegerField(label=gettext_lazy("At least, in percent"), min_value=1, max_value=100)
    limit_money = forms.DecimalField(
        label=gettext_lazy("At most"), min_value=Decimal("0.01"), max_digits=11, decimal_places=2
    )
    currency = forms.ChoiceField(label=gettext_lazy("Currency"))
    limit_calls = forms.IntegerField(label=gettext_lazy("More calls than"), min_value=0, max_value=100_000)
    least_calls = forms.IntegerField(
        label=gettext_lazy("From so many calls on"),
        min_value=1,
        max_value=100_000,
        help_text=gettext_lazy("Of fewer nothing is said: one call makes no rate."),
    )
    from_time = forms.TimeField(label=gettext_lazy("From"), widget=_clock())
    until_time = forms.TimeField(label=gettext_lazy("Until"), widget=_clock())
    known_days = forms.IntegerField(
        label=gettext_lazy("New is what was not called in so many days"), min_value=7, max_value=365
    )
    tells_managers = forms.BooleanField(
        label=gettext_lazy("Owners and administrators, whoever they are then"), required=False
    )
    tells_end = forms.BooleanField(
        label=gettext_lazy("Say in the next mail what is over"),
        required=False,
        help_text=gettext_lazy("Never in a mail of its own."),
    )

    def __init__(
        self,
        *args: Any,
        fields: Sequence[str],
        choices: Mapping[str, Sequence[int]],
        labels: Mapping[str, Any],
        of: Sequence[str],
        connections: Sequence[Connection],
        places: Sequence[Entity],
        currencies: Sequence[str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._connections = {f"connection-{one.pk}": one for one in connections}
        self._places = {f"place-{one.pk}": one for one in places}
        shown = ["limit_money" if name == "limit_micros" else name for name in fields]
        self._limits = [name for name in shown if name not in ("of", "period")]
        for name in ("period", "limit_s", "limit_percent", "limit_money", "currency", "limit_calls"):
            self._keep(name, shown)
        for name in ("least_calls", "from_time", "until_time", "known_days"):
            self._keep(name, shown)
        for name, numbers in choices.items():
            self.fields[name].choices = [(one, seconds_words(one)) for one in numbers]  # type: ignore[attr-defined]
        for name, label in labels.items():
            self.fields[name].label, self.fields[name].help_text = label, ""
        self._offer("scope", self._scopes(of))
        if "currency" in self.fields:
            self._offer("currency", [(one, one) for one in currencies])
        self._offer("left_out", [(one.pk, str(one)) for one in places])
        if not set(EACH_PLACE) & set(of):
            del self.fields["left_out"]
        self.fields["addresses"].help_text = _(
            "One on each line. They get the mail, and no link to the portal."
        )

    @property
    def limits(self) -> list[forms.BoundField]:
        """The fields of the kind, in its order, beside of what and of when."""
        return [self[name] for name in self._limits]

    def _keep(self, name: str, shown: Sequence[str]) -> None:
        if name not in shown:
            del self.fields[name]

    def _offer(self, name: str, choices: Sequence[Any]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def _scopes(self, of: Sequence[str]) -> list[Any]:
        known = dict(AlertRule.Of.choices)
        wide: list[Any] = [
            (one, known[one]) for one in of if one not in (AlertRule.Of.CONNECTION, AlertRule.Of.PLACE)
        ]
        if AlertRule.Of.CONNECTION in of and self._connections:
            wide.append((_("A connection"), [(key, one.name) for key, one in self._connections.items()]))
        if AlertRule.Of.PLACE in of and self._places:
            wide.append((_("A line, queue or group"), [(key, str(one)) for key, one in self._places.items()]))
        return wide

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        if "from_time" in told and told["from_time"] == told.get("until_time"):
            self.add_error("until_time", _("It ends when it begins."))
        return told

    def fill(self, rule: Any) -> Any:
        """Write what was entered into the rule; it is not saved."""
        told = dict(self.cleaned_data)
        scope = told.pop("scope")
        rule.connection, rule.place = self._connections.get(scope), self._places.get(scope)
        of = AlertRule.Of
        rule.of = of.CONNECTION if rule.connection else of.PLACE if rule.place else scope
        if rule.of not in EACH_PLACE:
            told["left_out"] = []
        if (money := told.pop("limit_money", None)) is not None:
            rule.limit_micros = int(money * MICROS)
        for name, value in told.items():
            setattr(rule, name, value)
        return rule

    @staticmethod
    def initial_of(rule: AnyRule) -> dict[str, Any]:
        """What the form of a rule begins with."""
        scope = rule.of
        if isinstance(rule, AlertRule) and rule.place_id:
            scope = f"place-{rule.place_id}"
        if isinstance(rule, AlertRule) and rule.connection_id:
            scope = f"connection-{rule.connection_id}"
        names = ("left_out", "period", "limit_s", "limit_percent", "currency", "limit_calls", "least_calls")
        more = ("from_time", "until_time", "known_days", "members", "tells_managers", "tells_end")
        money = None if rule.limit_micros is None else Decimal(rule.limit_micros) / MICROS
        return {
            **{name: getattr(rule, name) for name in (*names, *more)},
            "scope": scope,
            "limit_money": money,
            "addresses": "\n".join(rule.addresses),
        }


class SharedRuleForm(AlertRuleForm):
    """The same for several tenants: of nothing that only one of them has."""

    tenants = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Only these tenants"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None ticked: all of them, those to come too."),
    )

    def __init__(self, *args: Any, tenants: Sequence[Tenant], **kwargs: Any) -> None:
        super().__init__(*args, connections=(), places=(), **kwargs)
        self.fields.pop("left_out", None)
        self._offer("tenants", [(one.pk, one.name) for one in tenants])
