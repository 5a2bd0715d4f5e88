"""Our cached copies of remote objects, and the pointers between them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.scoping import TenantManager, TenantOwned, TenantQuerySet
from portal.lib.names import name_key_field, named
from telephony.models.connections import Connection


class EntityQuerySet(TenantQuerySet):
    def present(self) -> EntityQuerySet:
        return self.filter(missing_since=None)

    def lines(self) -> EntityQuerySet:
        return self.filter(is_line=True, missing_since=None)

    def call_places(self) -> EntityQuerySet:
        """What calls belong to: lines, queues and groups."""
        return self.present().filter(models.Q(is_line=True) | models.Q(facet__in=GROUPS))

    def called(self) -> EntityQuerySet:
        """What somebody calls, numbers as well, and what is gone of all that."""
        return self.filter(models.Q(is_line=True) | models.Q(facet__in=(*GROUPS, Entity.Facet.NUMBER)))

    def matching(self, text: str) -> EntityQuerySet:
        """Name, number or extension contains the words."""
        return self.filter(
            named(text)
            | models.Q(number__icontains=text.replace(" ", ""))
            | models.Q(extension__startswith=text)
            | models.Q(remote_id__startswith=text)
        )


class Entity(TenantOwned):  # type: ignore[django-manager-missing]
    """One remote object as last read.

    kind          the provider's own word ("UCaaSVoIPAccount", "VoIPAccountProfile")
    facet         what it is to people of any provider
    is_line       listed among the lines (the provider's kind table says so)
    document      the provider's document, secrets replaced by placeholders
    secrets_sealed  the values taken out, sealed
    missing_since the first complete reading that lacked it; removed after the second, but for what calls belong to, which
                  stays for their sake
    """

    class Facet(models.TextChoices):
        LINE = "line", _("line")
        NUMBER = "number", _("number")
        PERSON = "person", _("person")
        GROUP = "group", _("group")
        QUEUE = "queue", _("queue")
        MAILBOX = "mailbox", _("mailbox")
        SCHEDULE = "schedule", _("schedule")
        CALLFLOW = "callflow", _("callflow")
        COMPANY = "company", _("company")
        CONTACT = "contact", _("contact")
        OTHER = "other", _("other")

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="entities")
    kind = models.CharField(max_length=60)
    facet = models.CharField(max_length=12, choices=Facet, default=Facet.OTHER)
    is_line = models.BooleanField(default=False)
    parent_remote_id = models.CharField(max_length=200, blank=True)
    remote_id = models.CharField(max_length=200)
    name = models.CharField(max_length=250, blank=True)
    name_key = name_key_field()
    number = models.CharField(max_length=40, blank=True)
    extension = models.CharField(max_length=20, blank=True)
    status = models.CharField(max_length=40, blank=True)
    document = models.JSONField(default=dict)
    secrets_sealed = models.TextField(blank=True)
    checksum = models.CharField(max_length=32)
    fetched_at = models.DateTimeField()
    missing_since = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = TenantManager.from_queryset(EntityQuerySet)()

    class Meta:
        verbose_name = _("entity")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "connection", "kind", "parent_remote_id", "remote_id"], name="entity_once"
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "is_line", "name_key", "id"], name="entity_line_name"),
            models.Index(fields=["tenant", "is_line", "number", "id"], name="entity_line_number"),
            models.Index(fields=["tenant", "facet", "name_key", "id"], name="entity_facet_name"),
            models.Index(fields=["tenant", "connection", "kind", "name_key", "id"], name="entity_kind_name"),
            models.Index(fields=["tenant", "connection", "parent_remote_id", "kind"], name="entity_parent"),
            models.Index(fields=["tenant", "number"], name="entity_number"),
            GinIndex(fields=["name"], name="entity_name_trgm", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.name or self.number or self.remote_id

    @property
    def kind_words(self) -> str:
        """Its kind as people call it; the provider's own word where it is not declared."""
        kind = self.connection.declaration.kinds.get(self.kind)
        return str(kind.label) if kind else self.kind

    @property
    def is_call_place(self) -> bool:
        """Whether it is one of EntityQuerySet.call_places."""
        return self.missing_since is None and (self.is_line or self.is_group)

    @property
    def is_group(self) -> bool:
        """Whether calls are offered to it, and others take them: of some providers it is a line as well."""
        return self.facet in GROUPS


GROUPS = (Entity.Facet.GROUP, Entity.Facet.QUEUE)


class EntityReference(TenantOwned):
    """One pointer inside an entity's document; rebuilt whenever the entity is stored."""

    source = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="references")
    path = models.CharField(max_length=1000)
    target_kind = models.CharField(max_length=60)
    target_remote_id = models.CharField(max_length=200)
    target = models.ForeignKey(
        Entity, null=True, blank=True, on_delete=models.SET_NULL, related_name="used_by"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "source", "path", "target_kind", "target_remote_id"], name="reference_once"
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "target_kind", "target_remote_id"], name="reference_target")
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.path} -> {self.target_kind} {self.target_remote_id}"
