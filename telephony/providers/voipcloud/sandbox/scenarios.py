"""What can be acted out through `/_control/play`, and what moves while a client reads.

{"provider": "voipcloud", "scenario": ...} and
  call            one call now: "list", "user", "group", "caller", "callee", "ring_s", "talk_s", "ago_s", "is_inbound"
  open_call       the same, open until its list was read "reads" times (default 3)
  twins           two calls that agree in all that never changes
  remove          "count" of the newest rows of a list go
  shifting        before each of the next "times" list answers something happens, drawn from "seed": calls begin, end, get
                  their names, appear late, have twins, vanish; at most "most" at once (default 3)
  unknown_error   the next "times" answers have code 0
  refuse_after    429 after so many "requests", until {"requests": null}
  whitelist       "addresses" are saved; with "apply" (default true) they count
"""

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from telephony.providers.sandbox.provider import UnknownScenario
from telephony.providers.voipcloud.catalog import QUEUE_CALLS, RING_GROUP_CALLS, USER_CALLS
from telephony.providers.voipcloud.sandbox.calls import WITHHELD
from telephony.providers.voipcloud.sandbox.rows import NEVER_S, QUEUE, RING_GROUP, STREAMS, USER, Row

if TYPE_CHECKING:
    from telephony.providers.voipcloud.sandbox.app import VoipcloudSandbox

_LISTS = {USER_CALLS: USER, QUEUE_CALLS: QUEUE, RING_GROUP_CALLS: RING_GROUP}
REACH_S = 2 * 86_400  # how far back rows vanish, change or appear late


class Scenarios:
    """Changes of one sandbox's lists beside the computed calls. Use it with the store locked.

    listeners   called with account and operation before each answer: what a test in this process lets happen meanwhile
    """

    def __init__(self, sandbox: "VoipcloudSandbox") -> None:
        self._sandbox = sandbox
        self.listeners: list[Callable[[str, str], Any]] = []
        self._scenarios: dict[str, Callable[[str, dict[str, Any]], dict[str, Any]]] = {
            "call": self._call,
            "open_call": self._open_call,
            "twins": self._twins,
            "remove": self._remove,
            "shifting": self._shifting,
            "unknown_error": self._unknown_error,
            "refuse_after": self._refuse_after,
            "whitelist": self._whitelist,
        }

    def play(self, scenario: str, options: dict[str, Any]) -> dict[str, Any]:
        """Act one out; says what was begun. Raises UnknownScenario, and ValueError or TypeError for odd options."""
        if scenario not in self._scenarios:
            known = ", ".join(sorted(self._scenarios))
            raise UnknownScenario(f"no scenario {scenario!r}; there are: {known}")
        account = str(options.pop("account", "tallow-creek"))
        if account not in self._data["added"]:
            raise UnknownScenario(f"unknown account {account!r}")
        return self._scenarios[scenario](account, options)

    def user_of(self, account: str, number: str) -> dict[str, Any] | None:
        """The user with this number or extension."""
        users = self._sandbox.book(account).plan["users"]
        bare = "".join(number.split())
        return next(
            (user for user in users if bare in (user["number"], user["extension"], user["name"])), None
        )

    def placed(self, account: str, user: dict[str, Any], number: str) -> None:
        """A call by call-to-number: it rings six seconds at the user's, then the other side talks for thirty."""
        numbers = {"caller": user["number"], "callee": number, "user": user["name"]}
        self._add(account, USER, **numbers, is_inbound=False, ring_s=6, talk_s=30)

    def before_answer(self, account: str, operation: str) -> None:
        """What happens while a client reads lists."""
        for listen in self.listeners:
            listen(account, operation)
        plan = self._data["shifting"]
        if plan is None or operation not in _LISTS or plan["times"] <= 0:
            return
        plan["times"] -= 1
        plan["step"] += 1
        self._sandbox.store.touch()
        chance = random.Random(f"{plan['seed']}/{plan['step']}")
        streams = self._streams_of(account)
        asked = _LISTS[operation] if _LISTS[operation] in streams else USER
        for _ in range(chance.randint(0, plan["most"])):
            happening = chance.choice(
                (self._begins, self._begins, self._ends, self._vanishes, self._is_late, self._doubles)
            )
            happening(account, chance.choice((asked, asked, *streams)), chance)

    def _streams_of(self, account: str) -> list[str]:
        """The lists in which an account can have calls."""
        plan = self._sandbox.book(account).plan
        groups = {QUEUE: plan["queues"], RING_GROUP: plan["ring_groups"]}
        return [stream for stream in STREAMS if groups.get(stream, True)]

    @property
    def _data(self) -> dict[str, Any]:
        return self._sandbox.store.data

    # ---- rows ----
    def _add(
        self,
        account: str,
        stream: str,
        *,
        caller: str = "",
        callee: str = "",
        user: str = "",
        group: str = "",
        is_inbound: bool = True,
        ring_s: int = 8,
        talk_s: int = 60,
        ago_s: int = 0,
        reads: int = 0,
        is_open: bool = False,
        named_after_s: int = 0,
    ) -> str:
        """One more row; its uid. An open one has no end yet and, in the user list, no name until it is answered."""
        plan = self._sandbox.book(account).plan
        if stream == USER:
            user = user or plan["users"][0]["name"]
            callee = callee or next(one["number"] for one in plan["users"] if one["name"] == user)
        else:
            known = plan["queues" if stream == QUEUE else "ring_groups"]
            found = next((one for one in known if group in ("", one["name"])), None)
            if found is None:
                raise UnknownScenario(f"no such group: {group!r}")
            group, callee = found["name"], callee or found["number"]
            user = user or (found["agents"][0] if talk_s else "")
        self._data["made"] += 1
        uid = f"x{self._data['made']:011d}"
        at_s = int(self._sandbox.clock.timestamp()) - ago_s
        answered_s = at_s + ring_s if talk_s else 0
        is_open = is_open or reads > 0
        ends_s = NEVER_S if is_open else at_s + ring_s + talk_s
        row = Row(
            at_s,
            uid,
            stream,
            group if stream != USER else "",
            caller or WITHHELD,
            callee,
            user,
            is_inbound,
            answered_s,
            ends_s,
            "" if stream == USER else "answered" if talk_s else "abandoned",
            at_s if stream == USER or is_open else ends_s,
            (answered_s or at_s) + named_after_s,
            reads,
        )
        self._data["added"][account][uid] = row._asdict()
        return uid

    def _recent(self, account: str, stream: str, chance: random.Random) -> Row | None:
        lists = self._sandbox.lists(account)
        found = []
        for row in lists.rows(stream):
            if row.start_s < lists.now_s - REACH_S:
                break
            found.append(row)
        return chance.choice(found) if found else None

    # ---- what happens by itself ----
    def _begins(self, account: str, stream: str, chance: random.Random) -> None:
        caller = chance.choice(self._sandbox.book(account).outside)
        self._add(account, stream, caller=caller, is_open=stream == USER and chance.random() < 0.6, ring_s=2)

    def _ends(self, account: str, stream: str, chance: random.Random) -> None:
        now_s = int(self._sandbox.clock.timestamp())
        for row in self._data["added"][account].values():
            if row["ends_s"] == NEVER_S and chance.random() < 0.7:
                row["ends_s"] = max(now_s, row["start_s"] + 1)
                row["named_s"] = min(row["named_s"], row["ends_s"])

    def _vanishes(self, account: str, stream: str, chance: random.Random) -> None:
        if row := self._recent(account, stream, chance):
            self._data["removed"][account][row.uid] = True

    def _is_late(self, account: str, stream: str, chance: random.Random) -> None:
        caller = chance.choice(self._sandbox.book(account).outside)
        self._add(
            account,
            stream,
            caller=caller,
            talk_s=chance.choice((0, 40)),
            ago_s=chance.randrange(120, REACH_S),
        )

    def _doubles(self, account: str, stream: str, chance: random.Random) -> None:
        """A row gets a twin, which somebody else answers or nobody does."""
        row = self._recent(account, stream, chance)
        if row is None:
            return
        self._data["made"] += 1
        twin = row._replace(uid=f"x{self._data['made']:011d}")
        if chance.random() < 0.6:
            users = self._sandbox.book(account).plan["users"]
            twin = twin._replace(user=chance.choice(users)["name"])
        self._data["added"][account][twin.uid] = twin._asdict()

    # ---- what is asked for ----
    def _call(self, account: str, options: dict[str, Any]) -> dict[str, Any]:
        stream = _stream(options)
        return {"list": stream, "row": self._add(account, stream, **options)}

    def _open_call(self, account: str, options: dict[str, Any]) -> dict[str, Any]:
        return self._call(account, {"reads": 3, **options})

    def _twins(self, account: str, options: dict[str, Any]) -> dict[str, Any]:
        stream = _stream(options)
        users = [user["name"] for user in self._sandbox.book(account).plan["users"][:2]]
        if stream == USER:
            options.setdefault("callee", self._sandbox.book(account).plan["main_number"])
        given = {key: value for key, value in options.items() if key != "user"}
        return {"list": stream, "rows": [self._add(account, stream, **given, user=user) for user in users]}

    def _remove(self, account: str, options: dict[str, Any]) -> dict[str, Any]:
        stream, count = _stream(options), int(options.pop("count", 1))
        newest = self._sandbox.lists(account).rows(stream)
        gone = [row.uid for row, _ in zip(newest, range(count), strict=False)]
        self._data["removed"][account].update(dict.fromkeys(gone, True))
        return {"list": stream, "rows": gone}

    def _shifting(self, account: str, options: dict[str, Any]) -> dict[str, Any]:
        plan = {
            "seed": int(options.pop("seed", 1)),
            "times": int(options.pop("times", 20)),
            "most": int(options.pop("most", 3)),
            "step": 0,
        }
        self._data["shifting"] = plan
        return dict(plan)

    def _unknown_error(self, account: str, options: dict[str, Any]) -> dict[str, Any]:
        times = int(options.pop("times", 1))
        self._data["settings"]["unknown_errors"] = times
        return {"times": times}

    def _refuse_after(self, account: str, options: dict[str, Any]) -> dict[str, Any]:
        requests = options.pop("requests", 0)
        self._data["settings"]["refuse_after"] = None if requests is None else int(requests)
        return {"requests": requests}

    def _whitelist(self, account: str, options: dict[str, Any]) -> dict[str, Any]:
        whitelist = self._data["settings"]["whitelist"]
        whitelist["is_on"] = bool(options.pop("is_on", True))
        whitelist["saved"] = [
            str(address).strip() for address in options.pop("addresses", whitelist["saved"])
        ]
        if options.pop("apply", True):
            whitelist["applied"] = list(whitelist["saved"])
        return dict(whitelist)


def _stream(options: dict[str, Any]) -> str:
    stream = str(options.pop("list", USER))
    if stream not in STREAMS:
        raise UnknownScenario(f"list is one of {', '.join(STREAMS)}")
    return stream
