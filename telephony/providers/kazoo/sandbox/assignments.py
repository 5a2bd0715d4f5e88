"""Which numbers are in use, and for what: kept by the server from callflows, trunks and conferences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from telephony.providers.kazoo.sandbox.call import Call
from telephony.providers.kazoo.sandbox.documents import at

_PUNCTUATION = re.compile(r"[\s().\-]")


def normalised(call: Call, number: str) -> str:
    """A number as callflows keep it: national numbers become E.164, extensions and words stay."""
    plain = _PUNCTUATION.sub("", number)
    if not re.fullmatch(r"\+?[0-9]+", plain):
        return number
    country = str(call.setting("country_code"))
    if plain.startswith("00") and len(plain) > 9:
        return "+" + plain[2:]
    if plain.startswith("0") and len(plain) == 10 and country != "1":
        return f"+{country}{plain[1:]}"
    if len(plain) == 10 and country == "1":
        return f"+1{plain}"
    if plain.startswith(country) and len(plain) > 10:
        return f"+{plain}"
    return plain


def refresh(call: Call) -> None:
    """Set `used_by` of the account's numbers anew."""
    used = {number: word for word, number in _uses(call)}
    for number, entry in call.state["numbers"].items():
        if entry["pvt"].get("account") != call.account_id:
            continue
        word = used.get(number, "")
        if entry["pvt"].get("used_by", "") != word:
            entry["pvt"]["used_by"] = word
            entry["pvt"]["modified"] = call.now_g


def _uses(call: Call) -> Iterator[tuple[str, str]]:
    """Later ones win: a number of a callflow is the callflow's."""
    for entry in call.docs("conferences").values():
        for path in ("conference_numbers", "member.numbers", "moderator.numbers"):
            yield from (("conference", number) for number in _texts(at(entry["doc"], path)))
    for entry in call.docs("connectivity").values():
        servers = entry["doc"].get("servers")
        for server in servers if isinstance(servers, list) else ():
            dids = server.get("DIDs") if isinstance(server, dict) else None
            yield from (("trunkstore", str(number)) for number in (dids if isinstance(dids, dict) else ()))
    for entry in call.docs("callflows").values():
        yield from (("callflow", number) for number in _texts(entry["doc"].get("numbers")))


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
