"""The committed plans of the seed: which accounts there are, who works in them and what they have.

A plan is one file of `data/`. Its own words: `departments` are [name, first extension, people, character]; `places` are
[name, device type] without an owner; `boxes` are mailboxes shared by a department; `extensions` have a callflow of their
own and `direct` an outside number; `callflows` are in the notation of `notation.py`; `documents` are further documents
by collection and name; `traffic` steers the calls that `cdrs` computes.
"""

import json
import unicodedata
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from telephony.providers.kazoo.sandbox.seed.ids import chance_of, doc_id

DATA = Path(__file__).resolve().parent / "data"
# Parents before their children.
KEYS = (
    "halvenor",
    "telmarine",
    "sarvelle",
    "galdraine",
    "galdraine_nord",
    "galdraine_sud",
    "melisande",
    "larkwell",
    "tessaly",
    "sagarhill",
    "aurelle",
    "pontavre",
    "fournival",
    "ormelie",
    "jolivane",
    "quatrebrume",
)


@cache
def fixture(name: str) -> Any:
    """One file of `data/`, parsed once; readers copy what they change."""
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Person:
    """Somebody of an account.

    character   how they telephone: reception, desk, busy_desk, person, quiet, field, on_call
    """

    id: str
    extension: str
    first_name: str
    last_name: str
    username: str
    department: str
    character: str

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True)
class Plan:
    """One account's plan, with the people that follow from it."""

    key: str
    data: dict[str, Any]

    @property
    def account_id(self) -> str:
        return account_id(self.key)

    @property
    def zone(self) -> str:
        return str(self.data["timezone"])

    @property
    def realm(self) -> str:
        return str(self.data["realm"])

    def id_of(self, collection: str, name: str) -> str:
        """The id of a document by its name: extension of a user, mailbox of a vmbox, else the document's name."""
        return doc_id(self.key, collection, name)

    @cached_property
    def people(self) -> dict[str, Person]:
        """Everybody, by extension."""
        found: dict[str, Person] = {}
        for department, first, count, character in self.data["departments"]:
            for extension in range(first, first + count):
                person = self._person(str(extension), len(found), department, character)
                found[person.extension] = person
        return found

    def members(self, departments: str) -> list[Person]:
        """The people of one department or, after commas, of several."""
        wanted = departments.split(",")
        return [person for person in self.people.values() if person.department in wanted]

    def _person(self, extension: str, index: int, department: str, character: str) -> Person:
        names = fixture("people")[self.data["names"]]
        start = chance_of(self.key, "people").randrange(len(names["last"]))
        special = self.data["people"].get(extension, {})
        first = special.get("first_name", names["first"][(start + 5 * index) % len(names["first"])])
        last = special.get(
            "last_name",
            names["last"][(start + 7 * index + index // len(names["first"])) % len(names["last"])],
        )
        username = special.get("username", f"{_plain(first)}.{_plain(last)}")
        return Person(self.id_of("users", extension), extension, first, last, username, department, character)


def account_id(key: str) -> str:
    return doc_id("account", key)


@cache
def plan_of(key: str) -> Plan:
    return Plan(key, fixture(key))


def plans() -> list[Plan]:
    """All plans, parents first."""
    return [plan_of(key) for key in KEYS]


def common_of(plan: Plan) -> dict[str, Any]:
    """What every account of a language starts with."""
    shared: dict[str, Any] = fixture("common_fr" if plan.data["language"].startswith("fr") else "common_en")
    return shared


def _plain(name: str) -> str:
    """Letters without accents, in lower case, as user names have them."""
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return "".join(letter if letter.isalnum() or letter == "-" else "-" for letter in bare.lower())
