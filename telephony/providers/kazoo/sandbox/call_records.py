"""CDRs as Crossbar gives them: legs, interactions, full documents, summary, CSV (facts, section 6)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import NamedTuple

from telephony.providers.kazoo.sandbox import lists
from telephony.providers.kazoo.sandbox.answers import Answer, raw
from telephony.providers.kazoo.sandbox.call import Call
from telephony.providers.kazoo.sandbox.classifiers import classifier_of
from telephony.providers.kazoo.sandbox.columns import Shape, columns_of, row_of
from telephony.providers.kazoo.sandbox.documents import Document
from telephony.providers.kazoo.sandbox.filters import passes
from telephony.providers.kazoo.sandbox.legs import planned, record
from telephony.providers.kazoo.sandbox.refusals import Refused, wrong
from telephony.providers.kazoo.sandbox.routes import answers
from telephony.providers.kazoo.sandbox.settings import OLD

LONGEST_SPAN_S = 2_682_000
_LONGEST_CALL_S = 6 * 3600
_GIVES = ("application/json", "text/csv")
_ID = re.compile(r"[0-9]{6}-.+")


@answers("GET", "/accounts/{}/cdrs", locked=False, gives=_GIVES)
def list_legs(call: Call) -> Answer:
    return _listed(call, records_between(call, *_window(call)))


@answers("GET", "/accounts/{}/users/{}/cdrs", locked=False, gives=_GIVES)
def list_legs_of_user(call: Call, user_id: str) -> Answer:
    call.entry("users", user_id)
    legs = legs_between(call, *_window(call))
    return _listed(call, [_as_record(leg) for leg in legs if owner_of(leg) == user_id])


@answers("GET", "/accounts/{}/cdrs/interaction", locked=False, gives=_GIVES)
def list_calls(call: Call) -> Answer:
    return _listed(call, representatives(_interactions(call).values()))


@answers("GET", "/accounts/{}/users/{}/cdrs/interaction", locked=False, gives=_GIVES)
def list_calls_of_user(call: Call, user_id: str) -> Answer:
    """Calls in which the user has a leg."""
    call.entry("users", user_id)
    own = [legs for legs in _interactions(call).values() if any(owner_of(leg) == user_id for leg in legs)]
    return _listed(call, representatives(own))


@answers("GET", "/accounts/{}/cdrs/legs/{}", locked=False)
def list_legs_of_call(call: Call, identifier: str) -> list[Document]:
    """Full documents of the call that this is the interaction or one record of."""
    legs = list(call.sandbox.book.interaction(call.account_id, identifier))
    added = _added(call)
    wanted = {leg["interaction_id"] for leg in added if identifier in (leg["id"], leg["interaction_id"])}
    legs += [leg for leg in added if leg["interaction_id"] in wanted]
    legs = [leg for leg in legs if leg["timestamp"] <= call.now_g]
    if not legs:
        raise _no_such_cdr()
    return sorted(legs, key=lambda leg: (started(leg), leg["id"]))


@answers("GET", "/accounts/{}/cdrs/summary", locked=False)
def summary(call: Call) -> Document:
    """How many calls of each class of number, of the window."""
    found: dict[str, int] = {}
    for leg in legs_between(call, *_window(call)):
        if passes(leg, {"created": leg["timestamp"]}, call.request.query_pairs):
            word = classifier_of(str(leg.get("callee_id_number") or str(leg.get("to", "")).partition("@")[0]))
            found[word] = found.get(word, 0) + 1
    return found


@answers("GET", "/accounts/{}/cdrs/{}", locked=False)
def read(call: Call, identifier: str) -> Document:
    if not _ID.fullmatch(identifier):
        raise _no_such_cdr()
    for leg in _added(call):
        if leg["id"] == identifier:
            return leg
    found = call.sandbox.book.leg(call.account_id, identifier)
    if found is None or found["timestamp"] > call.now_g:
        raise _no_such_cdr()
    document: Document = found
    return document


def _no_such_cdr() -> Refused:
    return Refused(404, "bad_identifier", {"message": "could not find cdr with supplied id"})


def owner_of(leg: Mapping[str, object]) -> str:
    variables = leg.get("custom_channel_vars")
    return str(variables.get("owner_id", "")) if isinstance(variables, Mapping) else ""


def started(leg: Document) -> int:
    return int(leg["timestamp"]) - int(leg.get("duration_seconds", 0))


def _added(call: Call) -> list[Document]:
    """Records of ended legs that actions and scenarios planned."""
    reseller = str(call.account["pvt"].get("reseller_id", ""))
    with call.sandbox.store.lock:
        legs = planned(call.account)
    return [record(leg, call.account_id, call.realm, reseller) for leg in legs if leg.end_g <= call.now_g]


class Record(NamedTuple):
    """Where a leg stands in a list, and how its document is had: only those of a page are written out."""

    time_g: int
    id: str
    load: Callable[[], Document]


def _as_record(leg: Document, time_g: int | None = None) -> Record:
    return Record(int(leg["timestamp"]) if time_g is None else time_g, str(leg["id"]), lambda: leg)


def records_between(call: Call, start_g: int, end_g: int) -> list[Record]:
    """Ended legs whose record time is inside, both bounds included."""
    now_g = call.now_g
    oldest_g = now_g - int(call.setting("retention_days")) * 86_400
    legs = call.sandbox.book.legs(call.account_id, max(start_g, oldest_g), min(end_g, now_g), now_g)
    ordinary = [Record(*key, partial(legs.__getitem__, place)) for place, key in enumerate(legs.keys())]
    return ordinary + [_as_record(leg) for leg in _added(call) if start_g <= leg["timestamp"] <= end_g]


def legs_between(call: Call, start_g: int, end_g: int) -> list[Document]:
    """The same, as full documents."""
    return [one.load() for one in records_between(call, start_g, end_g)]


def _interactions(call: Call) -> dict[str, list[Document]]:
    """The calls that began inside the window, with all their legs that have ended."""
    start_g, end_g = _window(call)
    found: dict[str, list[Document]] = {}
    for leg in legs_between(call, start_g, end_g + _LONGEST_CALL_S):
        if start_g <= int(leg["interaction_time"]) <= end_g:
            found.setdefault(str(leg["interaction_id"]), []).append(leg)
    return found


def representatives(calls: Iterable[list[Document]]) -> list[Record]:
    """One leg for each call: the first, and of those that began together the inbound one."""
    found = []
    for legs in calls:
        leg = min(legs, key=lambda leg: (started(leg), leg["call_direction"] != "inbound", leg["id"]))
        found.append(_as_record(leg, int(leg["interaction_time"])))
    return found


def _window(call: Call) -> tuple[int, int]:
    """Gregorian bounds, at most 31 days and an hour apart. Raises Refused 400."""
    given_to, given_from = _moment(call, "created_to"), _moment(call, "created_from")
    end_g = given_to if given_to is not None else call.now_g
    if given_to is None and given_from is not None:
        end_g = min(call.now_g, given_from + LONGEST_SPAN_S) if given_from <= call.now_g else given_from
    start_g = given_from if given_from is not None else end_g - LONGEST_SPAN_S
    if start_g > end_g:
        raise wrong("created_from", "date_range", "created_from is prior to created_to", cause=start_g)
    if end_g - start_g > LONGEST_SPAN_S:
        message = f"created_to is more than {LONGEST_SPAN_S} seconds from created_from"
        raise wrong("created_from", "date_range", message, cause=start_g)
    return start_g, end_g


def _moment(call: Call, name: str) -> int | None:
    text = call.query.get(name, "")
    if not text:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 12:
        raise wrong(name, "date_range", f"{name} is no moment in Gregorian seconds", cause=text)
    return int(text)


def _offset_s(call: Call) -> int:
    """`utc_offset` in seconds. Raises Refused 404, as servers do, for what is no number."""
    text = call.query.get("utc_offset", "0")
    try:
        offset_s = int(float(text))
    except (ValueError, OverflowError):
        raise Refused(
            404, "bad_identifier", {"message": "utc_offset is not a number", "cause": text}
        ) from None
    return max(-86_400, min(86_400, offset_s))


def _listed(call: Call, records: Iterable[Record]) -> Answer:
    with_reseller = call.is_reseller
    shape = Shape(_offset_s(call), " " if call.generation == OLD else "_", with_reseller)
    rows = [lists.Row((one.time_g, one.id), partial(_show, call, one, shape)) for one in records]
    if call.message.wants(_GIVES) == "text/csv":
        return _csv(call, rows, columns_of(with_reseller))
    return lists.listed(call, rows, lists.TEXT, chunked=True)


def _show(call: Call, one: Record, shape: Shape) -> Document | None:
    leg = one.load()
    return row_of(leg, shape) if passes(leg, {"created": one.time_g}, call.request.query_pairs) else None


def _csv(call: Call, rows: list[lists.Row], columns: tuple[str, ...]) -> Answer:
    """Every row of the window, unless a page size is asked for; lines end in CRLF."""
    if "page_size" not in call.query:
        call.query["paginate"] = "false"
    page = lists.listed(call, rows, lists.TEXT)
    held = io.StringIO()
    writer = csv.writer(held, lineterminator="\r\n")
    writer.writerow(columns)
    for row in page.data:
        writer.writerow([_cell(row[name]) for name in columns])
    name = call.request.header("X-File-Name") or call.query.get("file_name") or "cdrs.csv"
    return raw(held.getvalue().encode("utf-8", "replace"), "text/csv", name)


def _cell(value: object) -> object:
    return " ".join(map(str, value)) if isinstance(value, list) else value
