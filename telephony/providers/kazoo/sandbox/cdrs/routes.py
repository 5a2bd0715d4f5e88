"""The ways through a callflow: which keys a caller may press, and what then rings, in order."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

DEEPEST = 4  # callflows that lead into each other


class Step(NamedTuple):
    """One thing that happens to a caller.

    kind      ring, queue, box, conference, fax or end
    users     user ids that ring; devices likewise
    target    id of the queue, mailbox or room
    """

    kind: str
    users: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    timeout_s: int = 20
    one_by_one: bool = False
    target: str = ""
    is_recorded: bool = False


class Option(NamedTuple):
    """One way: the keys pressed in menus ("" when there is none or nothing was pressed), and the steps."""

    digits: str
    steps: tuple[Step, ...]
    has_menu: bool


def options_of(flow: dict[str, Any], flows: Mapping[str, Any]) -> tuple[list[Option], list[Option]]:
    """The ways in opening hours and, where the flow asks for the time, the ways outside them."""
    node = flow
    while node["module"] not in ("temporal_route", "check_cid", "acdc_wait_time") and set(
        node["children"]
    ) == {"_"}:
        if node["module"] in ("ring_group", "user", "device", "menu", "acdc_member"):
            break
        node = node["children"]["_"]
    if node["module"] != "temporal_route":
        return list(_ways(flow, flows, "", (), False, False, DEEPEST)), []
    branches = sorted(node["children"].values(), key=_size, reverse=True)
    is_open, closed = branches[0], node["children"].get("_", branches[-1])
    if closed is is_open:
        closed = branches[-1]
    return (
        list(_ways(is_open, flows, "", (), False, False, DEEPEST)),
        list(_ways(closed, flows, "", (), False, False, DEEPEST)),
    )


def _size(node: dict[str, Any]) -> int:
    return 1 + sum(_size(child) for child in node["children"].values())


def _ways(
    node: dict[str, Any] | None, flows: Mapping[str, Any], digits: str, steps: tuple[Step, ...],
    has_menu: bool, is_recorded: bool, depth: int,
) -> Iterator[Option]:  # fmt: skip
    if node is None:
        yield Option(digits, steps or (Step("end"),), has_menu)
        return
    module, data, children = node["module"], node["data"], node["children"]
    following = children.get("nomatch") or children.get("ON_FAX") or children.get("_")
    if module == "menu":
        for key, child in children.items():
            pressed = "" if key in ("_", "timeout", "max_retries") else key
            if key not in ("timeout", "max_retries") or "_" not in children:
                yield from _ways(child, flows, digits + pressed, steps, True, is_recorded, depth)
        return
    if module == "callflow" and depth and data.get("id") in flows:
        inner = flows[data["id"]]["doc"]["flow"]
        yield from _ways(inner, flows, digits, steps, has_menu, is_recorded, depth - 1)
        return
    step = None if data.get("skip_module") else _step(module, data, is_recorded)
    if step is not None:
        steps = (*steps, step)
        if step.kind in ("box", "conference", "fax", "end"):
            yield Option(digits, steps, has_menu)
            return
    yield from _ways(following, flows, digits, steps, has_menu, is_recorded or module == "record_call", depth)


def _step(module: str, data: Mapping[str, Any], is_recorded: bool) -> Step | None:
    target = data.get("id", "")
    match module:
        case "user":
            return Step("ring", (target,), (), int(data.get("timeout", 20)), False, "", is_recorded)
        case "device":
            return Step("ring", (), (target,), int(data.get("timeout") or 20), False, "", is_recorded)
        case "ring_group":
            users = tuple(one["id"] for one in data["endpoints"])
            timeout_s, single = int(data["timeout"]), data["strategy"] == "single"
            return Step("ring", users, (), timeout_s, single, "", is_recorded)
        case "group":
            return Step("ring", tuple(data["endpoints"]), (), int(data["timeout"]), False, "", is_recorded)
        case "acdc_member":
            return Step("queue", target=target)
        case "voicemail":
            return Step("box", target=target)
        case "conference":
            return Step("conference", target=target)
        case "faxbox" | "receive_fax":
            return Step("fax")
        case "hangup" | "response" | "pivot" | "directory":
            return Step("end")
    return None
