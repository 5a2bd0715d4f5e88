"""People, tenants, who belongs where, and what was done. Nothing here knows telephony."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.rights import Role
from accounts.scoping import TenantOwned
from portal.lib.names import name_key_field


class PersonManager(BaseUserManager["Person"]):
    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Person:
        """A person whose address counts as verified: they were invited there, or staff entered it."""
        person = self.model(email=self.normalize_email(email).lower(), **fields)
        person.set_password(password)
        with transaction.atomic(using=self._db):
            person.save(using=self._db)
            person.keep_address()
        return person

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> Person:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class Person(AbstractUser):
    """Somebody who signs in, by e-mail. `is_staff` is platform staff: they may enter every tenant."""

    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    name_key = name_key_field()

    class Theme(models.TextChoices):
        SYSTEM = "system", _("As the device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    class Notation(models.TextChoices):
        INTERNATIONAL = "international", _("International (+33 1 99 00 10 01)")
        NATIONAL = "national", _("National (01 99 00 10 01)")

    language = models.CharField(_("language"), max_length=8, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Paris")
    theme = models.CharField(_("theme"), max_length=8, choices=Theme, default=Theme.SYSTEM)
    notation = models.CharField(_("numbers"), max_length=16, choices=Notation, default=Notation.INTERNATIONAL)
    notify_connection_trouble = models.BooleanField(_("connection trouble"), default=True)
    last_tenant = models.ForeignKey(
        "Tenant", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    # Those of open tenants, where a request read them together with the person (accounts/auth_backends.py).
    memberships_read: list[Membership] | None = None

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects: ClassVar[Any] = PersonManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [models.UniqueConstraint(Lower("email"), name="person_email_once")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else self.email

    def keep_address(self) -> None:
        """Let the sign-in's own table of addresses say what `email` says."""
        from allauth.account.models import EmailAddress

        EmailAddress.objects.filter(user=self).exclude(email__iexact=self.email).delete()
        EmailAddress.objects.update_or_create(
            user=self, email=self.email.lower(), defaults={"verified": True, "primary": True}
        )

    @property
    def initials(self) -> str:
        """At most two capitals: "MT" for Maud Terrasson."""
        words = (self.name or self.email).split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


class Tenant(models.Model):
    """A customer organisation. The slug stands in every URL and never changes."""

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    name_key = name_key_field()
    operator_name = models.CharField(_("run by"), max_length=120, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Paris")
    region = models.CharField(_("country of national numbers"), max_length=2, default="FR")
    language = models.CharField(_("language"), max_length=8, default="en")
    business_hours = models.JSONField(_("business hours"), default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    people = models.ManyToManyField(Person, through="Membership", related_name="tenants")

    class Meta:
        ordering = ["name_key"]
        indexes = [models.Index(fields=["name_key", "id"], name="tenant_by_name")]
        verbose_name = _("tenant")

    def __str__(self) -> str:
        return self.name

    @property
    def initials(self) -> str:
        words = [word for word in self.name.split() if word[0].isalnum()]
        return "".join(word[0] for word in words[:2]).upper()


class Membership(models.Model):
    """A person's role in a tenant. Not tenant-owned: it is what decides which scope may be opened."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=16, choices=Role, default=Role.VIEWER)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "person"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.person} in {self.tenant}"


class Invitation(TenantOwned):
    """An address asked to join with a role. The link carries a secret of which only the hash is kept."""

    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=16, choices=Role, default=Role.VIEWER)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["tenant", "-created_at"], name="invitation_recent")]

    def __str__(self) -> str:
        return self.email


class AuditQuerySet(models.QuerySet["AuditEvent"]):
    def of(self, tenant: Tenant) -> AuditQuerySet:
        return self.filter(tenant=tenant)


class AuditEvent(models.Model):
    """One thing somebody did. `tenant` is empty for what belongs to no tenant (a refused sign-in).

    Not tenant-owned, for it also holds what belongs to none: read it by `AuditEvent.objects.of(tenant)`.
    """

    class Verb(models.TextChoices):
        SIGNED_IN = "signed_in", _("signed in")
        SIGNED_OUT = "signed_out", _("signed out")
        SECURITY_CHANGED = "security_changed", _("changed security settings")
        INVITED = "invited", _("invited")
        JOINED = "joined", _("joined")
        ROLE_CHANGED = "role_changed", _("changed a role")
        REMOVED = "removed", pgettext_lazy("what somebody did", "removed")
        CONNECTED = "connected", _("connected")
        DISCONNECTED = "disconnected", _("disconnected")
        CHANGED = "changed", _("changed")
        CALLED = "called", _("called an operation")
        SYNCED = "synced", _("asked for a sync")
        EXPORTED = "exported", _("exported")
        ENTERED = "entered", _("entered as staff")
        SETTINGS = "settings", _("changed settings")
        FORGOT = "forgot", _("deleted what was past its time")
        REFUSED = "refused", _("was refused")

    tenant = models.ForeignKey(Tenant, null=True, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    person_label = models.CharField(max_length=254, blank=True)
    verb = models.CharField(max_length=24, choices=Verb)
    object_label = models.CharField(max_length=254, blank=True)
    detail = models.JSONField(default=dict, blank=True)
    is_staff_act = models.BooleanField(default=False)
    address = models.GenericIPAddressField(_("from"), null=True)
    at = models.DateTimeField(auto_now_add=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "-at", "-id"], name="audit_recent"),
            models.Index(fields=["tenant", "verb", "-at", "-id"], name="audit_verb"),
            models.Index(fields=["tenant", "person", "-at", "-id"], name="audit_person"),
            models.Index(fields=["-at", "-id"], name="audit_all"),
        ]

    def __str__(self) -> str:
        return f"{self.person_label} {self.get_verb_display()} {self.object_label}"
