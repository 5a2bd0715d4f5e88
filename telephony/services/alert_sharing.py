"""Rules of platform staff that stand in several tenants: each look makes them rules of the tenant's own.

So a tenant that comes later has them from its first look on, and what they raise is the tenant's, as of any other rule.
"""

from __future__ import annotations

from telephony.models import AlertRule, SharedRule
from telephony.models.alerts import AnyRule
from telephony.services import alert_rules

OWN = ("created_at", "changed_at")
COPIED = tuple(field.name for field in AnyRule._meta.local_fields if field.name not in OWN)


def settle(tenant_id: int) -> None:
    """Let the scope's tenant have the shared rules that stand in it, as they are now, and no others."""
    standing = {one.pk: one for one in SharedRule.objects.order_by("pk") if one.stands_in(tenant_id)}
    held = {rule.shared: rule for rule in AlertRule.objects.exclude(shared=None)}
    for gone in held.keys() - standing.keys():
        held[gone].delete()
    new = [AlertRule(shared=key, **_values(standing[key])) for key in standing.keys() - held.keys()]
    if new:
        AlertRule.objects.bulk_create(new, ignore_conflicts=True)
    for key in standing.keys() & held.keys():
        _follow(held[key], standing[key])


def _follow(rule: AlertRule, shared: SharedRule) -> None:
    values = _values(shared)
    if all(getattr(rule, name) == value for name, value in values.items()):
        return
    before = alert_rules.aim_of(rule)
    for name, value in values.items():
        setattr(rule, name, value)
    alert_rules.keep(rule, is_other=before != alert_rules.aim_of(rule))


def as_rule(shared: SharedRule) -> AlertRule:
    """What a tenant would have of it; not saved."""
    return AlertRule(**_values(shared))


def _values(shared: SharedRule) -> dict[str, object]:
    return {name: getattr(shared, name) for name in COPIED}
