"""`manage.py connect TENANT PROVIDER [name=value ...]`: link an account without the pages; prints the slug."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import Person, Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope
from portal.lib.errors import InvalidInput, NeedsReconnect, ProviderError
from portal.lib.secrets import Secret
from telephony.models import Connection, ProviderApplication
from telephony.providers.declaration import Provider
from telephony.providers.oauth import TokenAnswer
from telephony.providers.registry import PROVIDERS
from telephony.services import access, connecting, linking
from telephony.services.adopting import Refused, Round, adopt

TOKENS = ("access_token", "refresh_token")
OTHERS = (*TOKENS, "scopes", "name", "person", "time_zone")
TOKEN_LIFE = timedelta(hours=1)


class Command(BaseCommand):
    help = "Link a tenant's account at a provider. Prints the connection's slug, or the address to open in a browser."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", help="slug of the tenant")
        parser.add_argument("provider", choices=sorted(PROVIDERS))
        parser.add_argument(
            "values",
            nargs="*",
            metavar="name=value",
            help="what the provider asks for (see `connect_fields`), access_token= refresh_token=, and "
            "scopes= (comma separated) name= person= (e-mail of whom it is done for)",
        )

    def handle(self, **options: Any) -> None:
        tenant = Tenant.objects.filter(slug=options["tenant"], closed_at=None).first()
        if tenant is None:
            raise CommandError(f"There is no tenant {options['tenant']}.")
        declared = PROVIDERS[options["provider"]]
        values = pairs(options["values"])
        known = {field.name for field in declared.connect_fields} | set(OTHERS)
        if unknown := sorted(set(values) - known):
            raise CommandError(
                f"{declared.id} has no {', '.join(unknown)}; known: {', '.join(sorted(known))}."
            )
        with tenant_scope(tenant):
            try:
                self._connect(tenant, declared, values)
            except InvalidInput as error:
                raise CommandError(words_of(error)) from error
            except (ProviderError, Refused) as error:
                raise CommandError(error.message) from error

    def _connect(self, tenant: Tenant, declared: Provider, values: Mapping[str, str]) -> None:
        if declared.has_oauth:
            self._authorize(tenant, declared, values)
        else:
            self._link(tenant, declared, values)

    def _link(self, tenant: Tenant, declared: Provider, values: Mapping[str, str]) -> None:
        base_url, login = linking.split(declared, values, {})
        asked = Round(
            tenant=tenant,
            person=person_of(tenant, values.get("person", "")),
            provider=declared,
            name=values.get("name", ""),
            base_url=base_url,
            login=login,
            time_zone=values.get("time_zone", ""),
        )
        self.stdout.write(linking.link(asked).slug)

    def _authorize(self, tenant: Tenant, declared: Provider, values: Mapping[str, str]) -> None:
        asked = Round(
            tenant=tenant,
            person=person_of(tenant, values.get("person", "")),
            provider=declared,
            application=application_of(declared, values),
            scopes=tuple(part.strip() for part in values.get("scopes", "").split(",") if part.strip()),
            name=values.get("name", ""),
        )
        if any(values.get(name) for name in TOKENS):
            self.stdout.write(with_tokens(asked, values).slug)
            return
        self.stderr.write(f"Open this within ten minutes, signed in here as {asked.person}:")
        least = next(bundle for bundle in declared.scope_bundles if bundle.is_default)
        wish = asked if asked.scopes else Round(**{**vars(asked), "scopes": least.scopes})
        self.stdout.write(connecting.begin(wish, None))


def words_of(error: InvalidInput) -> str:
    """The refusal and the reason of each field."""
    return "\n".join([error.message, *(f"  {name}: {reason}" for name, reason in error.fields.items())])


def pairs(words: Sequence[str]) -> dict[str, str]:
    """`name=value` words as a dictionary. Raises CommandError for anything else."""
    found: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise CommandError(f"{name or word!r} is not name=value.")
        found[name] = value
    return found


def person_of(tenant: Tenant, email: str) -> Person:
    """The person it is done for: by e-mail, else the tenant's first owner."""
    members = Person.objects.filter(memberships__tenant=tenant, is_active=True)
    person = (
        members.filter(email__iexact=email).first()
        if email
        else members.filter(memberships__role=Role.OWNER).order_by("pk").first()
    )
    if person is None:
        raise CommandError(f"{email or 'An owner'} is not a member of {tenant.slug}.")
    return person


def application_of(declared: Provider, values: Mapping[str, str]) -> ProviderApplication:
    """The application that the values describe, made or brought up to date; the default one if they describe none."""
    own = {field.name: field for field in declared.connect_fields if field.is_application}
    if not set(own) & set(values):
        found = (
            ProviderApplication.objects.filter(provider=declared.id)
            .order_by("-is_default", "name_key")
            .first()
        )
        if found is None:
            raise CommandError(
                f"No application is registered for {declared.label}: give client_id= client_secret=."
            )
        return found
    if missing := [name for name, field in own.items() if not (values.get(name) or field.default)]:
        raise CommandError(f"{' '.join(f'{name}=' for name in missing)} missing.")
    told = {name: values.get(name) or field.default for name, field in own.items() if not field.secret}
    row = ProviderApplication.objects.filter(provider=declared.id, **told).first()
    row = row or ProviderApplication(
        provider=declared.id, name=free_name(declared, told["client_id"]), **told
    )
    access.keep_application_secret(row, Secret(values["client_secret"]))
    row.save()
    return row


def free_name(declared: Provider, wish: str) -> str:
    names = set(ProviderApplication.objects.filter(provider=declared.id).values_list("name", flat=True))
    numbered = (wish if number == 1 else f"{wish} {number}" for number in range(1, len(names) + 2))
    return next(name for name in numbered if name not in names)


def with_tokens(asked: Round, values: Mapping[str, str]) -> Connection:
    """Adopt a grant that was made elsewhere; an access token that has ended is renewed first."""
    application = asked.application
    assert application is not None
    refresh_token = Secret(values.get("refresh_token", ""))
    if not values.get("access_token"):
        return adopt(asked, access.first_tokens(application, refresh_token))
    answer = TokenAnswer(
        access_token=Secret(values["access_token"]),
        refresh_token=refresh_token or None,
        expires_at=timezone.now() + TOKEN_LIFE,
        scopes=asked.scopes,
    )
    try:
        return adopt(asked, answer)
    except NeedsReconnect:
        if not refresh_token:
            raise
    return adopt(asked, access.first_tokens(application, refresh_token))
