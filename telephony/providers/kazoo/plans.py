"""Service plans of an account: one of those that its reseller offers is added, or one in force is ended.

Plans are seen among those in force, whose answer tells what they count too (facts, section 7).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from telephony.providers.act_forms import OFFERED, ActForm, AskingEditor, Sent
from telephony.providers.client import Answer
from telephony.providers.edit_effects import Consequence
from telephony.providers.edit_fields import Document, Field, Fields, Surroundings
from telephony.providers.editing import Done, Editor, Inverse, Live, Place
from telephony.providers.kazoo.live_rows import counted, plans_in_force
from telephony.providers.operations import Catalog
from telephony.providers.phrases import said

_PLAN, _OTHERS, _COUNTED = "plan", "others", "counted"
_SHOWN = (
    Field(name=_PLAN, label=lazy("Service plan"), empty=lazy("not in force")),
    Field(name=_OTHERS, label=lazy("Also in force"), kind="texts"),
    Field(name=_COUNTED, label=lazy("Counted in the account"), kind="texts"),
)
_IDENTIFIER = Field(
    name="planId",
    label=lazy("Service plan"),
    required=True,
    max_length=64,
    pattern="[0-9A-Za-z_-]+",
    help=lazy("Its identifier. This server does not say which plans there are to choose from."),
)


def _named(fields: Fields, around: Surroundings) -> Sent:
    """The plan, and what it is called: the answer that shows it afterwards is no list of what is on offer."""
    rows = {str(row.get("id")): row for row in around.around.get(OFFERED, ())}
    name = str(rows.get(str(fields.get("planId")), {}).get("name") or "")
    return Sent(values=fields, data={_PLAN: name} if name else {})


_ADD = ActForm(
    label=lazy("Add a service plan"),
    title=lazy("Add a service plan"),
    verb=lazy("Put it in force"),
    says=lazy("The account is billed by this plan too, from the next count on."),
    icon="receipt",
    chosen_from="services.listAvailable",
    none=lazy("The reseller offers this account no plan."),
    made=_named,
)
_END = ActForm(
    label=lazy("End a service plan"),
    title=lazy("End a service plan"),
    verb=lazy("End it"),
    says=lazy(
        "The account is no longer billed by this plan. People, telephones and numbers stay as they are."
    ),
    icon="receipt-off",
    chosen_from="services.get",
    rows=plans_in_force,
    none=lazy("No plan is in force."),
    made=lambda fields, around: Sent(values=fields),
)


class PlanEditor(AskingEditor):
    """Putting a plan in force, or ending it. The other plans, and what is counted, stand beside it in the preview."""

    rereads = ("service_plan",)

    def asked(self, around: Surroundings) -> tuple[Field, ...]:
        if around.address.get(_IDENTIFIER.name):
            return ()
        if OFFERED not in around.around:
            return (_IDENTIFIER,)
        choices = tuple((str(row.get("id")), _told(row)) for row in around.around[OFFERED])
        return (
            (
                Field(
                    name=_IDENTIFIER.name,
                    label=_IDENTIFIER.label,
                    kind="choice",
                    choices=(("", lazy("not set")), *choices),
                    required=True,
                    is_searched=True,
                ),
            )
            if choices
            else ()
        )

    def fields(self, around: Surroundings) -> tuple[Field, ...]:
        return _SHOWN

    def place(self, address: Mapping[str, Any], around: Surroundings) -> Place:
        return Place(kind="")  # the plan stays as it is: what changes is the account

    def live(
        self, document: Any, items: Sequence[Document], address: Mapping[str, Any], identifier: str
    ) -> Live:
        answer = Answer(document=document, items=[dict(one) for one in items])
        names = {str(row["id"]): str(row["name"]) for row in plans_in_force(answer)}
        own = str(address.get("planId", ""))
        if self.removes and own not in names:
            return Live(fields=None)
        fields = {
            _PLAN: names.pop(own, ""),
            _OTHERS: sorted(names.values()),
            _COUNTED: [
                _("%(item)s: %(n)s") % {"item": row["item"], "n": row["quantity"]} for row in counted(answer)
            ],
        }
        return Live(fields=fields, document=document)

    def clean(self, wanted: Fields, around: Surroundings) -> Fields:
        if self.removes:
            return {}
        own = str(around.address.get("planId", ""))
        return {_PLAN: wanted.get(_PLAN) or around.named("service_plan", [own]).get(own) or own}

    def same(self, name: str, left: Any, right: Any) -> bool:
        """A plan is in force or it is not: servers do not always say what it is called."""
        return bool(left) == bool(right) if name == _PLAN else Editor.same(self, name, left, right)

    def check(self, wanted: Fields, before: Fields | None, around: Surroundings) -> dict[str, str]:
        if wanted and before is not None and before.get(_PLAN):
            return {"": _("This plan is in force already.")}
        return {}

    def body(self, wanted: Fields, before: Fields | None) -> Fields:
        return {}

    def object_label(self, address: Mapping[str, Any], before: Fields | None, around: Surroundings) -> str:
        own = str(address.get("planId", ""))
        return str((before or {}).get(_PLAN) or around.named("service_plan", [own]).get(own) or self.title)

    def consequences(
        self, before: Fields | None, wanted: Fields, around: Surroundings
    ) -> tuple[Consequence, ...]:
        found = super().consequences(before, wanted, around)
        if self.removes and before is not None and not before.get(_OTHERS):
            none = said(lazy("**No other plan is in force**: nothing is counted and billed then."))
            found = (*found, Consequence(icon="alert-triangle", text=none))
        return found

    def inverse(self, done: Done) -> Inverse | None:
        wanted = {_PLAN: (done.before or {}).get(_PLAN, "")} if self.removes else {}
        undone_by = self.operation.undone_by
        return Inverse(operation=undone_by, address=done.address, wanted=wanted) if undone_by else None


def _told(row: Mapping[str, Any]) -> str:
    """A plan as a person chooses it: "Standard (Poste hébergé au mois)"."""
    name, description = str(row.get("name") or row.get("id", "")), str(row.get("description") or "")
    return f"{name} ({description})" if description else name


PLAN_FORMS: Mapping[str, ActForm] = {
    "servicePlan.reconciliate": ActForm(
        label=lazy("Count again"),
        title=lazy("Count again what the account uses"),
        verb=lazy("Count now"),
        says=lazy(
            "Kazoo counts people, telephones and numbers anew; what the plans bill follows that count."
        ),
        icon="refresh",
    ),
    "servicePlan.synchronize": ActForm(
        label=lazy("Send to the accounting"),
        title=lazy("Send what is counted to the accounting"),
        verb=lazy("Send now"),
        says=lazy("The accounting gets what is counted now, and may bill it at once."),
        icon="send",
    ),
}


def plan_editors(catalog: Catalog) -> dict[str, Editor]:
    """Of both names that the operations have."""
    forms = {"add": _ADD, "remove": _END}
    keys = [
        (f"{group}.{verb}", form) for group in ("servicePlan", "services") for verb, form in forms.items()
    ]
    return {key: PlanEditor(catalog[key], catalog, form) for key, form in keys}
