"""What an address card says of a contact, by role (`DirectoryPage.roles`), and a contact as a card.

A card has room for more than a directory has. What is left out is counted by its name, so that nobody believes it was
taken over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.lib import vcard
from portal.lib.vcard import Card, Property, escaped, structured

_KEY, _FOLDER = "UID", "X-SWITCHBOARD-FOLDER"
_CODES = {
    "work_code": "X-SWITCHBOARD-WORK-CODE",
    "mobile_code": "X-SWITCHBOARD-MOBILE-CODE",
    "home_code": "X-SWITCHBOARD-HOME-CODE",
}
_KINDS = {"work": "WORK", "mobile": "CELL", "home": "HOME"}
_LATER = frozenset({"N", "FN", "TEL", "ORG", "ADR", _KEY, _FOLDER, *_CODES.values()})
_ONE_TEXT = {"EMAIL": "email", "TITLE": "job"}
_ABOUT_THE_CARD = frozenset({"VERSION", "REV", "PRODID", "KIND", "SOURCE", "SORT-STRING", "CLASS", "PROFILE"})
_FAULTS: Mapping[str, str | Promise] = {
    vcard.NOT_CLOSED: _("The card is not closed: END:VCARD is missing."),
    vcard.NESTED: _("Something else begins within the card."),
    vcard.NO_CARD: _("This line is outside of any card."),
    vcard.BAD_LINE: _("This line cannot be read."),
}


@dataclass(kw_only=True)
class Told:
    """One card. `said` by role; `left_out` by property and how often; `error`: why it cannot be used."""

    line: int
    key: str = ""
    folder: str | None = None
    said: dict[str, str] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    error: str = ""

    def take(self, role: str, text: str, name: str) -> None:
        """The first text of a role stands; another one is counted as left out."""
        if self.said.setdefault(role, text.strip()) != text.strip():
            self.left_out[name] += 1


# ---- in ----


def read(text: str) -> Iterator[Told]:
    """The cards of a file, in order."""
    for one in vcard.read(text):
        yield Told(line=one.line, error=str(_FAULTS[one.fault])) if one.fault else _told(one)


def _told(one: Card) -> Told:
    told = Told(line=one.line)
    _name(one, told)
    _numbers(one, told)
    for entry in one.all("ORG"):
        company, *units = entry.parts
        told.take("company", company, "ORG")
        told.left_out["ORG"] += any(units)
    for entry in one.all("ADR"):
        _address(entry, told)
    roles = {name: role for role, name in _CODES.items()} | _ONE_TEXT
    for entry in one.properties:
        if entry.name in roles:
            told.take(roles[entry.name], entry.text, entry.name)
        elif entry.name not in _LATER | _ABOUT_THE_CARD:
            told.left_out[entry.name] += 1
    if key := one.first(_KEY):
        told.key = key.text.strip()
    if folder := one.first(_FOLDER):
        told.folder = folder.text
    told.left_out = +told.left_out
    return told


def _name(one: Card, told: Told) -> None:
    """Family name and first name; a card of a company or of one name alone has it as the family name."""
    entry = one.first("N")
    family, first, *others = [*(entry.parts if entry else []), "", ""]
    if not (family.strip() or first.strip()) and (full := one.first("FN")):
        family = full.text
    told.said["family_name"], told.said["first_name"] = family.strip(), first.strip()
    told.left_out["N"] += any(map(str.strip, others))


def _numbers(one: Card, told: Told) -> None:
    preferred: tuple[int, str] | None = None
    for entry in one.all("TEL"):
        number = entry.text.strip()
        if entry.parameters.get("VALUE", ("",))[0].lower() == "uri" or number.lower().startswith("tel:"):
            number = number.partition(":")[2].partition(";")[0]
        rank = _rank(entry)
        if rank and (preferred is None or rank < preferred[0]):
            preferred = rank, number
        kinds = entry.types & {"cell", "work", "home", "fax", "pager", "video", "textphone"}
        if kinds & {"fax", "pager", "video", "textphone"}:
            told.left_out["TEL"] += 1
        elif "cell" in kinds:
            told.take("mobile", number, "TEL")
        elif kinds:
            told.take("work" if "work" in kinds else "home", number, "TEL")
        elif not rank:
            told.take("preferred", number, "TEL")
    if preferred:
        told.said["preferred"] = preferred[1]


def _rank(entry: Property) -> int:
    """Which number is to be called first: 1 to 100 as vCard 4.0 has it, 1 of the others; 0: not told."""
    if "pref" in entry.types:
        return 1
    told = "".join(entry.parameters.get("PREF", ()))
    return int(told) if told.isascii() and told.isdecimal() and len(told) <= 3 else 0


def _address(entry: Property, told: Told) -> None:
    box, more, street, city, region, zipcode, country = [*entry.parts, *[""] * 7][:7]
    whole = ", ".join(filter(str.strip, (box, more, street)))
    if "street" in told.said:
        told.left_out["ADR"] += 1
        return
    told.said |= {"street": whole.strip(), "zipcode": zipcode.strip(), "city": city.strip()}
    told.said["country"] = country.strip()
    told.left_out["ADR"] += bool(region.strip())


# ---- out ----


def card(key: str, folder: str, said: Mapping[str, str]) -> bytes:
    """A contact as a card of version 3.0."""
    family, first = said.get("family_name", ""), said.get("first_name", "")
    full = " ".join(filter(None, (first, family))) or said.get("company", "")
    found = [
        Property("N", structured((family, first, "", "", ""))),
        Property("FN", escaped(full)),
        Property(_KEY, escaped(key)),
    ]
    if company := said.get("company"):
        found.append(Property("ORG", escaped(company)))
    found += [Property(name, escaped(said[role])) for name, role in _ONE_TEXT.items() if said.get(role)]
    found += _numbers_out(said)
    if any(said.get(role) for role in ("street", "zipcode", "city", "country")):
        parts = ("", "", said.get("street", ""), said.get("city", ""), "", said.get("zipcode", ""))
        found.append(Property("ADR", structured((*parts, said.get("country", ""))), {"TYPE": ("WORK",)}))
    found += [Property(name, escaped(said[role])) for role, name in _CODES.items() if said.get(role)]
    if folder:
        found.append(Property(_FOLDER, escaped(folder)))
    return b"".join(vcard.write([found]))


def _numbers_out(said: Mapping[str, str]) -> Iterator[Property]:
    """Each number once; the one to call first is marked, or stands alone where it is none of the others."""
    preferred = said.get("preferred", "")
    for role, kind in _KINDS.items():
        if number := said.get(role):
            types = (kind, "PREF") if number == preferred else (kind,)
            preferred = "" if number == preferred else preferred
            yield Property("TEL", escaped(number), {"TYPE": types})
    if preferred:
        yield Property("TEL", escaped(preferred), {"TYPE": ("PREF",)})
