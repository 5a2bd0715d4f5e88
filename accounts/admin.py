"""The registry: people, tenants and memberships. Nothing of a tenant's own is here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from accounts import audit
from accounts.models import AuditEvent, Membership, Person, Tenant
from accounts.signals import end_sessions


class RegistryAdmin(admin.ModelAdmin):
    """Platform staff may view, add and change; the site itself has checked who they are. Nothing is deleted
    here: a person is made inactive and a tenant closed, so that the audit keeps its names."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.admin_site.has_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.admin_site.has_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.admin_site.has_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Person)
class PersonAdmin(RegistryAdmin):
    """A new person has no password: they set one by "forgotten password", or an invitation makes them."""

    list_display = ("name", "email", "is_active", "is_staff", "last_login")
    list_filter = ("is_staff", "is_active")
    search_fields = ("name", "email")
    fields = ("name", "email", "language", "time_zone", "is_active", "is_staff", "last_login")
    readonly_fields = ("last_login",)

    def save_model(self, request: HttpRequest, obj: Person, form: ModelForm, change: bool) -> None:
        obj.email = obj.email.lower()
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        obj.keep_address()
        if not obj.is_active:
            end_sessions(obj)
        if {"is_staff", "is_active", "email"} & set(form.changed_data):
            audit.record(
                AuditEvent.Verb.SETTINGS,
                tenant=None,
                person=request.user,
                object_label=obj.email,
                detail={"fields": form.changed_data},
                request=request,
            )


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0
    autocomplete_fields = ("person",)

    def has_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.admin_site.has_permission(request)

    has_view_permission = has_add_permission = has_change_permission = has_delete_permission = has_permission


@admin.register(Tenant)
class TenantAdmin(RegistryAdmin):
    list_display = ("name", "slug", "operator_name", "created_at", "closed_at")
    search_fields = ("name", "slug")
    fields = ("slug", "name", "operator_name", "time_zone", "region", "language", "closed_at")
    inlines = (MembershipInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("slug",) if obj else ()


@admin.register(Membership)
class MembershipAdmin(RegistryAdmin):
    list_display = ("person", "tenant", "role", "created_at")
    list_filter = ("role",)
    list_select_related = ("person", "tenant")
    search_fields = ("person__name", "person__email", "tenant__name")
    autocomplete_fields = ("person", "tenant")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.admin_site.has_permission(request)

    def save_model(self, request: HttpRequest, obj: Membership, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        audit.record(
            AuditEvent.Verb.ROLE_CHANGED,
            tenant=obj.tenant,
            person=request.user,
            object_label=obj.person.email,
            detail={"role": obj.role},
            request=request,
        )
