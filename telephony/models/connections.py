"""How a tenant reaches a provider: application, credential, connection, and the quota they share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scoping import SharedForeignKey, TenantOwned
from portal.lib.names import name_key_field

if TYPE_CHECKING:
    from telephony.providers.registry import Provider


BREAKER_THRESHOLD = 5  # failures in a row after which a provider is only tried once a minute


class ProviderApplication(models.Model):
    """The portal as an OAuth client of one provider, entered by platform staff; tenants choose one."""

    provider = models.CharField(max_length=20)
    name = models.CharField(_("name"), max_length=80)
    name_key = name_key_field()
    client_id = models.CharField(_("client id"), max_length=200)
    client_secret_sealed = models.TextField(editable=False)
    manager_base = models.URLField(_("API base address"), max_length=300)
    authorize_url = models.URLField(_("authorization address"), max_length=300)
    token_url = models.URLField(_("token address"), max_length=300)
    cti_base = models.URLField(_("CTI base address"), max_length=300, blank=True)
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["provider", "name_key"]
        verbose_name = _("provider application")
        constraints = [models.UniqueConstraint(fields=["provider", "name"], name="application_name_once")]

    def __str__(self) -> str:
        return f"{self.name} ({self.provider})"


class Credential(TenantOwned):
    """One way into one account. Quota, breaker and pause live here, because the provider counts here.

    secrets_sealed  JSON of secrets (access_token, refresh_token, api_key, password), sealed as one text
    key_hash        keyed hash of the secret: the same key entered twice is one counter
    acts_as         a contact's credential shows messages to that person only (`contact_person`)
    breakers        failures in a row by host: {"failures": 5, "opened_at": instant or None}; see services/breaker.py
    """

    class ActsAs(models.TextChoices):
        CUSTOMER = "customer", _("customer")
        CONTACT = "contact", _("contact")

    class State(models.TextChoices):
        WORKING = "working", _("Working")
        NEEDS_RECONNECT = "needs_reconnect", _("Needs to be reconnected")
        UNLINKED = "unlinked", _("Unlinked")

    provider = models.CharField(max_length=20)
    application = models.ForeignKey(
        ProviderApplication, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    base_url = models.URLField(max_length=300, blank=True)
    parameters = models.JSONField(default=dict, blank=True)
    secrets_sealed = models.TextField(blank=True)
    key_hash = models.CharField(max_length=64, blank=True)
    acts_as = models.CharField(max_length=10, choices=ActsAs, default=ActsAs.CUSTOMER)
    contact_person = models.ForeignKey(
        "accounts.Person", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    scopes = models.JSONField(default=list, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    renewed_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=20, choices=State, default=State.WORKING)
    state_reason = models.CharField(max_length=300, blank=True)
    state_since = models.DateTimeField(null=True, blank=True)
    reconnect_mail_sent_at = models.DateTimeField(null=True, blank=True)
    paused_until = models.DateTimeField(null=True, blank=True)
    breakers = models.JSONField(default=dict, blank=True)
    last_answer_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["key_hash"], name="credential_key")]

    def __str__(self) -> str:
        return f"{self.provider} credential {self.pk}"

    @property
    def silent_hosts(self) -> list[str]:
        """Hosts that are tried once a minute only, because they have not answered for a while."""
        return sorted(host for host, known in self.breakers.items() if known["failures"] >= BREAKER_THRESHOLD)


class Connection(TenantOwned):  # type: ignore[django-manager-missing]
    """A tenant's link to one remote account. The slug is unique over all tenants ("corvane-keyyo").

    capabilities  noun.verb strings that probe and granted scopes confirmed
    probed        what the connection has learned about its server (account-level CDR lists, fallbacks)
    calls_every_s, entities_every_s   schedule in seconds
    """

    # A reseller's tenant may own the credential of a customer's connection.
    credential = SharedForeignKey(Credential, on_delete=models.PROTECT, related_name="connections")
    contact_credential = models.ForeignKey(
        Credential, null=True, blank=True, on_delete=models.SET_NULL, related_name="contact_connections"
    )
    provider = models.CharField(max_length=20)
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    name_key = name_key_field()
    remote_account = models.CharField(max_length=120, blank=True)
    time_zone = models.CharField(_("time zone of its times"), max_length=64, default="Europe/Paris")
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    capabilities = models.JSONField(default=list, blank=True)
    probed = models.JSONField(default=dict, blank=True)
    calls_every_s = models.PositiveIntegerField(_("calls every"), default=300)
    entities_every_s = models.PositiveIntegerField(_("objects every"), default=3600)
    backfill_months = models.PositiveSmallIntegerField(_("months fetched at first"), default=12)
    is_paused = models.BooleanField(_("paused"), default=False)
    unlinked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey("accounts.Person", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["name_key"]
        verbose_name = _("connection")
        indexes = [models.Index(fields=["tenant", "name_key"], name="connection_by_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def declaration(self) -> Provider:
        """The provider's declaration: label, catalog, kinds, capabilities."""
        from telephony.providers.registry import provider

        return provider(self.provider)

    @property
    def condition(self) -> str:
        """unlinked, needs_reconnect, paused, not_answering, resting or working. Reads the credential."""
        if self.unlinked_at is not None:
            return "unlinked"
        if self.credential.state != Credential.State.WORKING:
            return str(self.credential.state)
        if self.is_paused:
            return "paused"
        if self.credential.silent_hosts:
            return "not_answering"
        if self.credential.paused_until and self.credential.paused_until > timezone.now():
            return "resting"
        return "working"

    def can(self, capability: str) -> bool:
        return self.unlinked_at is None and capability in self.capabilities


class AuthorizationAttempt(TenantOwned):
    """One round to a provider's authorization page: single use, ten minutes, bound to session and person."""

    state_hash = models.CharField(max_length=64, unique=True)
    session_hash = models.CharField(max_length=64)
    person = models.ForeignKey("accounts.Person", on_delete=models.CASCADE, related_name="+")
    application = models.ForeignKey(ProviderApplication, on_delete=models.CASCADE, related_name="+")
    connection = models.ForeignKey(
        Connection, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    connection_name = models.CharField(max_length=120, blank=True)
    scopes = models.JSONField(default=list)
    acts_as = models.CharField(max_length=10, default=Credential.ActsAs.CUSTOMER)
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"attempt {self.pk}"


class QuotaUse(models.Model):
    """One counted call of a slow quota: the log of the exact sliding window. `key` names the counter."""

    key = models.CharField(max_length=120)
    at = models.DateTimeField()
    cost = models.PositiveSmallIntegerField(default=1)
    is_person = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["key", "at"], name="quota_window")]

    def __str__(self) -> str:
        return f"{self.key} {self.at:%H:%M:%S}"
