"""What stands in the code: every owned model goes through the scope, and nobody goes around it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.apps import apps

from accounts.models import Invitation
from accounts.scoping import (
    UNSCOPED_REASONS,
    NoScope,
    TenantOwned,
    owned_models,
)

ROOT = Path(__file__).resolve().parent.parent.parent.parent
OURS = ("accounts", "portal", "telephony")


def test_every_owned_model_reads_and_writes_through_the_scope():
    for model in owned_models():
        for manager in (model._base_manager, model._default_manager, *model._meta.managers):
            assert "InScope" in repr(manager.all().query.where), (
                f"{model._meta.label}.{manager.name} is not narrowed"
            )
        assert not model._meta.many_to_many, f"{model._meta.label}: a table between two models has no tenant"


def test_no_model_leads_into_owned_rows_from_outside():
    """A join from Person or an application would not be narrowed: such relations are hidden ("+")."""
    for model in apps.get_models():
        is_owned = issubclass(model, TenantOwned)
        for field in model._meta.concrete_fields:
            if not field.is_relation:
                continue
            target_is_owned = issubclass(field.related_model, TenantOwned)
            if is_owned and not target_is_owned:
                assert field.remote_field.hidden, f"{field} can be joined from outside"
            assert is_owned or not target_is_owned, f"{field} leads into owned rows"


def test_every_model_with_a_tenant_is_owned_or_known_not_to_be():
    known = {"accounts.Membership", "accounts.AuditEvent"}
    with_tenant = {
        model._meta.label
        for model in apps.get_models()
        if any(field.name == "tenant" for field in model._meta.concrete_fields)
    }
    assert with_tenant - {model._meta.label for model in owned_models()} == known


def test_the_list_of_reasons_is_the_code():
    used = {reason for path in sources("unscoped") for reason in reasons_in(path)}

    assert used <= UNSCOPED_REASONS.keys()
    assert all(UNSCOPED_REASONS.values())


def sources(*names: str) -> list[Path]:
    """The files in which one of the names stands at all: to take a file apart takes longer than to look."""
    files = (path for part in OURS for path in (ROOT / part).rglob("*.py") if "migrations" not in path.parts)
    return [path for path in files if any(name in path.read_text() for name in names)]


def reasons_in(path: Path) -> list[str]:
    """The reasons of the calls of `unscoped` in a file. Anything but a literal reason fails here."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and _name_of(node.func) == "unscoped":
            assert len(node.args) == 1 and isinstance(node.args[0], ast.Constant), f"{path}:{node.lineno}"
            found.append(node.args[0].value)
    return found


def _name_of(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def test_nobody_goes_around_the_scope():
    """Names that would step past the manager stand in `accounts/scoping.py` only."""
    around = ("_raw_delete", "_insert", "_base_manager")
    for path in sources(*around):
        if path == ROOT / "accounts" / "scoping.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute):
                assert node.attr not in around, f"{path}:{node.lineno}"


def test_an_invitation_is_owned(corvane):
    with pytest.raises(NoScope):
        Invitation.objects.count()
