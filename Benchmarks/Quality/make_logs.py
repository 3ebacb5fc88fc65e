"""Makes logs of other kinds from the KuaiRand log, for `bench-quality --logs`.

usage: make_logs.py EVENTS DIRECTORY    EVENTS: one JSON object a line, gzip or not, as bench-quality reads it

Each log has a file NAME.ndjson.gz and its settings beside it, NAME.properties. Equal input gives equal logs.
"""

import gzip
import hashlib
import json
import os
import sys

HOUR = 3_600_000
DAY = 24 * HOUR


def share(text):
    """Returns a number of 0 to below 1 that depends on the text only."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") / 2**48


def number(text):
    return int(share("number " + text) * 2**32)


def slowed(event, begin, factor, session=HOUR):
    """Returns the event's time with sessions `factor` times as far apart. Times within a session stay."""
    time = event["event_time_ms"] - begin
    return begin + time // session * session * factor + time % session


def whole(event, _):
    """The log as it is."""
    return event


def thin(event, _):
    """A third of the events, and twelve coarse topics: profiles of a few topics and events."""
    if share("thin " + event["event_id"]) >= 1 / 3:
        return None
    return event | {"topics": sorted({f"group{number(topic) % 12:02}" for topic in event["topics"]})}


def sparse(event, begin):
    """A tenth of the viewers, over 420 days: most epochs have few events, which come in bursts."""
    if share("sparse " + event["user_id"]) >= 1 / 10:
        return None
    return event | {"event_time_ms": slowed(event, begin, 30)}


def news(event, _):
    """A coarse and a fine topic of each event, and one that most events have, with profiles that forget fast."""
    coarse = sorted({f"section{number(topic) % 8}" for topic in event["topics"]})
    part = number(event["video_id"])
    fine = sorted({f"{topic}-{part % 4}" for topic in event["topics"]})
    return event | {"topics": coarse + fine + (["news"] if part % 10 < 7 else [])}


LOGS = {
    "whole": (whole, {"epoch.length": "1h", "profile.half-life": "7d", "clusters.seed-members": 300}),
    "thin": (thin, {"epoch.length": "6h", "profile.half-life": "7d", "members.min-events": 3}),
    "sparse": (
        sparse,
        {
            "epoch.length": "1d",
            "profile.half-life": "60d",
            "member.new-ttl": "120d",
            "clusters.seed-members": 300,
        },
    ),
    "news": (news, {"epoch.length": "1h", "profile.half-life": "72h"}),
}


def main(source, directory):
    os.makedirs(directory, exist_ok=True)
    with open(source, "rb") as file:
        is_compressed = file.read(2) == b"\x1f\x8b"
    with (gzip.open if is_compressed else open)(source, "rt") as file:
        events = [json.loads(line) for line in file]
    begin = events[0]["event_time_ms"] // DAY * DAY
    for name, (change, settings) in LOGS.items():
        changed = [event for event in (change(event, begin) for event in events) if event]
        changed.sort(key=lambda event: event["event_time_ms"])
        with gzip.GzipFile(os.path.join(directory, name + ".ndjson.gz"), "wb", mtime=0) as file:
            for event in changed:
                file.write((json.dumps(event, separators=(",", ":")) + "\n").encode())
        with open(os.path.join(directory, name + ".properties"), "w") as file:
            file.writelines(f"{key}={value}\n" for key, value in settings.items())
        viewers = len({event["user_id"] for event in changed})
        print(f"{name}: {len(changed)} events of {viewers} viewers")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
