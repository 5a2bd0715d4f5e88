"""Finding numbers: what carriers offer by prefix, blocks, cities, classes. What a search found can be activated."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from telephony.providers.kazoo.sandbox.answers import Answer
from telephony.providers.kazoo.sandbox.assignments import refresh
from telephony.providers.kazoo.sandbox.call import Call
from telephony.providers.kazoo.sandbox.charges import Item, amount, price_of
from telephony.providers.kazoo.sandbox.classifiers import CLASSIFIERS, classifier_of
from telephony.providers.kazoo.sandbox.documents import Document, fresh
from telephony.providers.kazoo.sandbox.numbers import held_numbers, list_numbers, own
from telephony.providers.kazoo.sandbox.refusals import wrong
from telephony.providers.kazoo.sandbox.routes import answers

_MOST = 100
# What carriers have on offer: ranges kept for fiction, by country. Code, national prefix, free digits behind it.
_OFFERS: dict[str, tuple[str, tuple[tuple[str, int], ...]]] = {
    "FR": (
        "+33",
        (("19900", 4), ("26191", 4), ("35301", 4), ("46571", 4), ("53649", 4), ("63998", 4)),
    ),
    "GB": ("+44", (("1632960", 3), ("7700900", 3))),
    "US": ("+1", tuple((f"{area}55501", 2) for area in ("212", "310", "415", "617", "800", "888"))),
}
_CITIES = {  # city -> prefixes of its numbers
    "bordeaux": ("53649",),
    "lille": ("35301",),
    "lyon": ("46571",),
    "marseille": ("46571",),
    "nantes": ("26191",),
    "new york": ("212",),
    "paris": ("19900",),
    "rennes": ("26191",),
    "san francisco": ("415",),
    "strasbourg": ("35301",),
    "toulouse": ("53649",),
}


@answers("GET", "/accounts/{}/phone_numbers")
def list_or_search(call: Call) -> Answer:
    """The account's numbers; with a prefix those that may be had."""
    if "prefix" not in call.query:
        return list_numbers(call)
    return _search(call)


@answers("GET", "/phone_numbers")
def search_below_root(call: Call) -> Answer:
    call.account_id = call.token["account"]
    if "prefix" not in call.query:
        raise wrong("prefix", "required", "Field is required but missing")
    return _search(call)


def _search(call: Call) -> Answer:
    offset, quantity = _whole(call, "offset", 0, 0), min(_whole(call, "quantity", 1, 1), _MOST)
    if "blocks" in call.query:
        return Answer(_blocks(call, quantity, offset, min(_whole(call, "blocks", 1, 1), _MOST)))
    found = [_offer(call, number) for number in _free(call, offset, quantity)]
    return Answer(found)


def _country(call: Call) -> str:
    """The country of the query; without one that of the cluster, or any in which the prefix means something."""
    named = call.query.get("country", "").upper()
    if named in _OFFERS:
        return named
    codes = {code[1:]: country for country, (code, _) in _OFFERS.items()}
    own = codes.get(str(call.setting("country_code")), "FR")
    return next((one for one in (own, *_OFFERS) if any(_ranges(one, call.query.get("prefix", "")))), own)


def _ranges(country: str, prefix: str) -> Iterator[tuple[str, int]]:
    """Numbers on offer that begin so: what they have in common, in E.164, and how many digits are free."""
    code, offers = _OFFERS[country]
    digits = "".join(letter for letter in prefix if letter.isascii() and letter.isdecimal())
    if prefix.strip().startswith("+"):
        digits = digits[len(code) - 1 :] if digits.startswith(code[1:]) else "x"
    elif country != "US" and digits.startswith("0"):
        digits = digits[1:]
    for head, free in offers:
        longest = len(head) + free
        if head.startswith(digits):
            yield code + head, free
        elif digits.startswith(head) and len(digits) <= longest:
            yield code + digits, longest - len(digits)


def _numbers(call: Call) -> Iterator[str]:
    """All that may be had, in order."""
    for head, free in _ranges(_country(call), call.query.get("prefix", "")):
        for index in range(10**free):
            yield f"{head}{index:0{free}d}" if free else head


def _is_free(call: Call, number: str) -> bool:
    held = held_numbers(call).get(number)
    return held is None or held["pvt"].get("state") in ("discovery", "available", "deleted", "released")


def _free(call: Call, offset: int, quantity: int) -> list[str]:
    """Always the same ones for the same question, so that an offset means something."""
    found = (number for number in _numbers(call) if _is_free(call, number))
    return list(islice(found, offset, offset + quantity))


def _offer(call: Call, number: str) -> Document:
    """A row; what is offered is known from then on and may be activated."""
    numbers = held_numbers(call)
    if number not in numbers or numbers[number]["pvt"].get("state") in ("deleted", "released"):
        pvt = {"account": "", "state": "discovery", "used_by": "", "carrier_module": "knm_other"}
        numbers[number] = fresh({}, call.now_g, **pvt)
        call.sandbox.store.touch()
    code = _OFFERS[_country(call)][0]
    kind = classifier_of(number)
    price = price_of(call, Item("phone_numbers", kind))
    return {
        "number": number,
        "state": numbers[number]["pvt"]["state"],
        "prefix": number[: len(code) + 3],
        "npa": number[len(code) : len(code) + 3],
        "rate": amount(price, "rate"),
        "activation_charge": amount(price, "activation_charge") or float(kind.startswith("tollfree")),
    }


def _blocks(call: Call, size: int, offset: int, limit: int) -> list[Document]:
    """Runs of neighbouring free numbers."""
    found: list[Document] = []
    run: list[str] = []
    for number in _numbers(call):
        follows = bool(run) and int(number[1:]) == int(run[-1][1:]) + 1
        run = [*run, number] if follows else [number]
        if not _is_free(call, number):
            run = []
        if len(run) == size:
            found.append({"start_number": run[0], "end_number": run[-1], "size": size, "numbers": run})
            run = []
        if len(found) >= offset + limit:
            break
    return [_offered(call, block) for block in found[offset:]]


def _offered(call: Call, block: Document) -> Document:
    for number in block.pop("numbers"):
        _offer(call, number)
    return block


@answers("GET", "/accounts/{}/phone_numbers/prefix", "/phone_numbers/prefix")
def search_city(call: Call) -> Document:
    """Prefixes by city."""
    city = call.query.get("city", "")
    if not city:
        raise wrong("city", "required", "Field is required but missing", value=None)
    wanted = city.strip().lower()
    return {
        name.title(): {"prefixes": list(prefixes)}
        for name, prefixes in _CITIES.items()
        if name.startswith(wanted)
    }


@answers("GET", "/accounts/{}/phone_numbers/classifiers", "/phone_numbers/classifiers")
def list_classifiers(call: Call) -> Document:
    return {name: dict(one) for name, one in CLASSIFIERS.items()}


@answers("GET", "/accounts/{}/phone_numbers/classifiers/{}")
def classify(call: Call, number: str) -> Document:
    name = classifier_of(number)
    return {"name": name, "number": number, "e164": number, **CLASSIFIERS[name]}


@answers("GET", "/accounts/{}/phone_numbers/carriers_info")
def carriers(call: Call) -> Document:
    """Where numbers come from, and the states in which they may be brought along."""
    return {
        "maximal_prefix_length": 15,
        "usable_carriers": ["local", "other"],
        "usable_creation_states": ["aging", "available", "in_service", "port_in", "reserved"],
    }


@answers("POST", "/accounts/{}/phone_numbers/fix", "/accounts/{}/phone_numbers/fix/{}")
def fix(call: Call, number: str = "") -> Answer:
    """Find out anew what each number is used by; the answer is the list."""
    if number:
        own(call, number)
    refresh(call)
    return list_numbers(call)


@answers("POST", "/accounts/{}/phone_numbers/check")
def check_numbers(call: Call) -> Document:
    """Which of these may be had."""
    held = held_numbers(call)
    return {
        number: "success"
        if number in held and held[number]["pvt"].get("state") in ("discovery", "available")
        else "error"
        for number in call.texts("numbers")
    }


def _whole(call: Call, name: str, default: int, least: int) -> int:
    text = call.query.get(name, str(default))
    try:
        value = int(text)
    except ValueError:
        raise wrong(
            name, "type", "Value did not match type(s): integer", target="integer", value=text
        ) from None
    if value < least:
        raise wrong(name, "minimum", f"Value must be at least {least}", target=least, value=value)
    return value
