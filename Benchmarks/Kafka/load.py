"""Watch events for bench.py: the same on every machine."""

import random

START = 1_767_225_600_000


def event(number, viewer, topics, time):
    names = ",".join(f'"topic-{topic}"' for topic in topics)
    return (f'{{"event_id":"{number}","user_id":"viewer-{viewer}","video_id":"video-{number % 20000}",'
            f'"topics":[{names}],"watched_ms":61802,"duration_ms":90000,"event_time_ms":{time}}}')


def stream(count, viewers=20_000, tastes=20, epochs=24):
    """Events of viewers with tastes, one in eight to another's, in the order of their time."""
    draws = random.Random(1)
    for number in range(count):
        viewer = int(draws.random() ** 2 * viewers)
        taste = viewer % tastes if draws.random() < 0.87 else int(draws.random() * tastes)
        topics = {taste * 8 + int(draws.random() ** 1.5 * 8) for _ in range(2)}
        yield event(number, viewer, topics, START + number * epochs * 3_600_000 // count)


def everyone(viewers):
    """One event of each."""
    for viewer in range(viewers):
        yield event(viewer, viewer, [(viewer + topic * 7) % 200 for topic in range(4)], START + viewer // 100)


def churn(minute, arrivals=2_000, stay=10):
    """One event of each viewer who is there, and tombstones of some whose time is over.

    Returns how many events there are, and the records, as key and value; an empty value is a tombstone.
    """
    first = max(minute - stay + 1, 0) * arrivals
    viewers = range(first, (minute + 1) * arrivals)
    records = []
    for index, viewer in enumerate(viewers):
        taste = viewer % 20 * 8
        topics = [taste + (viewer + minute + step * 3) % 8 for step in range(3)]
        time = START + minute * 60_000 + index * 60_000 // len(viewers)
        records.append((f"viewer-{viewer}", event(minute * 10_000_000 + viewer, viewer, topics, time)))
    if minute >= stay:
        records += [(f"viewer-{viewer}", "") for viewer in range((minute - stay) * arrivals, first, 50)]
    return len(viewers), records
