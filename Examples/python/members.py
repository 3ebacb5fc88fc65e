"""A table of who is in which cluster, kept up to date.

    python members.py localhost:9092 cluster-members [--once]
"""

import sys

from shoal_client import ClusterMembers, UnknownTopic

words = [word for word in sys.argv[1:] if not word.startswith("-")]
bootstrap, topic = words + ["localhost:9092", "cluster-members"][len(words):]
try:
    members = ClusterMembers({"bootstrap.servers": bootstrap}, topic)
except UnknownTopic as error:
    print(error, file=sys.stderr)
    sys.exit(72)
with members:
    members.catch_up()
    print(f"{len(members.table)} members")
    for cluster, size in sorted(members.table.sizes.items()):
        print(f"cluster {cluster}: {size} members")
    if "--once" not in sys.argv:
        for update in members:
            before, now = (found.cluster if found else 0 for found in (update.before, update.membership))
            print(f"a member of {before} is now in {now}: {members.table.sizes.get(now, 0)} are there")
