"""The four tenants and five people of the demo."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.hashers import make_password

from accounts.models import Membership, Person, Tenant
from accounts.rights import Role
from portal.demo import PASSWORD, TOTP_SECRET


@dataclass(frozen=True)
class Cast:
    """One person: roles by tenant slug; `is_staff` is the platform's staff, which signs in with a code too."""

    email: str
    name: str
    roles: dict[str, Role]
    is_staff: bool = False
    notation: str = Person.Notation.INTERNATIONAL

    @property
    def main_role(self) -> str:
        return "staff" if self.is_staff else str(next(iter(self.roles.values())))


TENANTS = {
    "corvane": "Corvane Habitat",
    "morvanne": "Atelier Morvanne",
    "vellard": "Vellard & Brume",
    "telmarine": "Telmarine Services",
}
PEOPLE = (
    Cast(
        "maud@corvane.example",
        "Maud Terrasson",
        {"corvane": Role.OWNER, "vellard": Role.OWNER, "telmarine": Role.OWNER},
    ),
    Cast("idris@corvane.example", "Idris Vallorne", {"corvane": Role.ADMINISTRATOR}),
    Cast("noe@corvane.example", "Noé Castelbrun", {"corvane": Role.OPERATOR, "morvanne": Role.VIEWER}),
    Cast("bess@morvanne.example", "Bess Arkwell", {"morvanne": Role.OWNER, "corvane": Role.VIEWER}),
    Cast("tom@telvane.example", "Tom Pelworth", {}, is_staff=True),
)


def settle() -> None:
    """Make tenants and people, or leave those that are there."""
    tenants = {
        slug: Tenant.objects.get_or_create(slug=slug, defaults={"name": name, "operator_name": "Telvane"})[0]
        for slug, name in TENANTS.items()
    }
    hashed = make_password(PASSWORD)  # once: hashing is slow on purpose
    for cast in PEOPLE:
        person = Person.objects.filter(email=cast.email).first()
        if person is None:
            person = Person.objects.create_user(
                cast.email, name=cast.name, is_staff=cast.is_staff, is_superuser=cast.is_staff
            )
            person.password = hashed
            person.save(update_fields=["password"])
            if cast.is_staff:
                TOTP.activate(person, TOTP_SECRET)
        for slug, role in cast.roles.items():
            Membership.objects.get_or_create(tenant=tenants[slug], person=person, defaults={"role": role})
