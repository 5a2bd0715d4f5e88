"""Who a session belongs to. How they sign in is allauth's."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from accounts.models import Person
from accounts.tenancy import memberships_of


class PersonBackend(AuthenticationBackend):
    """Reads a person with their memberships, in one query: every page of a tenant asks for both."""

    def get_user(self, user_id: Any) -> Person | None:
        memberships = memberships_of(user_id)
        if not memberships:
            person = super().get_user(user_id)
        else:
            person = memberships[0].person if self.user_can_authenticate(memberships[0].person) else None
        if person is not None:
            person.memberships_read = memberships
        return person
