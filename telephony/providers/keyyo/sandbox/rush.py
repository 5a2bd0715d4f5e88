"""A busy while: many calls of all sorts over the lines of one customer, begun at random and never two on one line."""

import random
from collections.abc import Sequence
from dataclasses import replace

from telephony.providers.keyyo.sandbox.scripts import SCENARIOS, Cast, Script

# How often each sort comes, out of a hundred calls.
OFTEN = {
    "incoming_answered": 30, "incoming_missed": 9, "incoming_anonymous": 3, "outgoing": 22, "internal": 8, "forwarded": 5,
    "forwarded_unconditionally": 2, "intercepted": 3, "attended_transfer": 3, "blind_transfer": 3, "welcome_number": 9,
    "voicemail": 3,
}  # fmt: skip
RING_S, TALK_S = (3, 25), (10, 240)
REST_S = 2  # between two calls of a line


def rush(
    lines: Sequence[str],
    groups: Sequence[str],
    outside: Sequence[str],
    *,
    minutes: float,
    calls: int,
    seed: int,
) -> Script:
    """The script of so many calls that begin within so many minutes; the same seed makes the same ones."""
    chance, whole = random.Random(seed), Script()
    free_at = dict.fromkeys(lines, 0.0)
    for begins_s in sorted(chance.uniform(0, minutes * 60) for _ in range(calls)):
        free = [line for line, at in free_at.items() if at <= begins_s]
        if len(free) < 2:
            continue
        a, b = chance.sample(free, 2)
        m, x = chance.choice(outside[:200]), chance.choice(outside[:200])
        cast = Cast(
            a, b, chance.choice(groups), m, x, ring_s=chance.randint(*RING_S), talk_s=chance.randint(*TALK_S)
        )
        script = SCENARIOS[chance.choices(list(OFTEN), list(OFTEN.values()))[0]](cast)
        for event in script.events:
            whole.events.append(replace(event, at_s=event.at_s + begins_s))
        for row in script.rows:
            at_s = int(begins_s)
            whole.rows.append(row._replace(start_s=row.start_s + at_s, ends_s=row.ends_s + at_s))
        ends_s = max((event.at_s for event in script.events), default=0.0)
        for line in {event.account for event in script.events} & free_at.keys():
            free_at[line] = begins_s + ends_s + REST_S
    return whole
