"""Prints what becomes of members, each change once, also over restarts.

    python subscriber.py localhost:9092 cluster-changes subscriber.json [--once]

The result and the position behind the last change are kept in one file, written together: whenever the program ends, it
continues exactly where it was. The examples in Swift and Java print the same, and continue from the same file.
"""

import json
import os
import pathlib
import sys
from typing import Any

from shoal_client import BEGINNING, ChangeKind, ClusterChanges, Position, UnknownTopic

words = [word for word in sys.argv[1:] if not word.startswith("-")]
bootstrap, topic, file = words + ["localhost:9092", "cluster-changes", "subscriber.json"][len(words):]
state: dict[str, Any] = json.loads(pathlib.Path(file).read_text()) if os.path.exists(file) else {"moves": 0}
start = Position.parse(state["position"]) if "position" in state else BEGINNING

try:
    with ClusterChanges({"bootstrap.servers": bootstrap}, topic, start, stops_at_end="--once" in sys.argv) as changes:
        for element in changes:
            change = element.change
            if change.kind is ChangeKind.MEMBER_MOVED:
                state["moves"] += 1
                print(f"moved from {change.from_} to {change.to}, by {change.why.value if change.why else '?'}")
            elif change.kind is ChangeKind.CLUSTER_CREATED:
                print(f"cluster {change.cluster}: {', '.join(change.leading_topics)}")
            state["position"] = str(element.position)
            # A service would do so now and then, together with what it keeps.
            pathlib.Path(f"{file}.part").write_text(json.dumps(state))
            os.replace(f"{file}.part", file)
except UnknownTopic as error:
    print(error, file=sys.stderr)
    sys.exit(72)
print(f"{state['moves']} moves so far")
