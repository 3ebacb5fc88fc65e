"""Random messages of the public schemas, and the check of what came back.

random_messages.py FOLDER SEED    prints "NAME HEX", a message a line
random_messages.py FOLDER check   reads "NAME HEX ORIGINAL" and says how many are equal
"""
import random, sys

sys.path.insert(0, sys.argv[1])
from shoal.v1 import cluster_change_pb2, cluster_description_pb2, membership_pb2, watch_event_pb2

CLASSES = {
    "WatchEvent": watch_event_pb2.WatchEvent,
    "ClusterChange": cluster_change_pb2.ClusterChange,
    "ClusterDescription": cluster_description_pb2.ClusterDescription,
    "Membership": membership_pb2.Membership,
}


def text(r, least=0, most=12):
    return "".join(r.choice("abcXYZ 09_é😀") for _ in range(r.randint(least, most)))


def maybe(r, message, field, value):
    if r.random() < 0.7:
        setattr(message, field, value)


def watch_event(r):
    m = watch_event_pb2.WatchEvent(watched_ms=r.randint(0, 2**53), event_time_ms=r.randint(1, 253402300799999))
    maybe(r, m, "event_id", text(r))
    maybe(r, m, "video_id", text(r))
    m.user_id = "key"
    maybe(r, m, "duration_ms", r.randint(1, 2**53))
    for i in range(r.randint(0, 5)):
        topic = m.topics.add(name=text(r, 1) + str(i))
        # Weights that Q16 holds exactly come back as they were.
        if r.random() < 0.5:
            topic.weight = r.randint(0, 2**32 - 1) / 65536
            if topic.weight == 1:
                topic.ClearField("weight")
    return m


def cluster_change(r):
    m = cluster_change_pb2.ClusterChange(change_id=r.randbytes(16), kind=r.randint(1, 9))
    if m.kind <= 4:
        m.member = r.randbytes(16)
    for field in ("cluster", "from", "to", "other_cluster"):
        maybe(r, m, field, r.randint(0, 2**32 - 1))
    m.why = r.randint(0, 11)
    maybe(r, m, "model_version", r.randint(-(2**63), 2**63 - 1))
    maybe(r, m, "event_time_ms", r.randint(0, 2**53))
    m.members = r.randint(0, 2**40)
    m.leading_topics.extend(text(r) for _ in range(r.randint(0, 5)))
    m.former_topics.extend(text(r) for _ in range(r.randint(0, 5)))
    m.cohesion = r.randint(0, 10**6)
    m.branch_topics.extend(text(r) for _ in range(r.randint(0, 3)))
    m.branch_clusters.extend(r.randint(0, 2**32 - 1) for _ in range(r.randint(0, 3)))
    return m


def cluster_description(r):
    m = cluster_description_pb2.ClusterDescription(cluster=r.randint(1, 2**32 - 1))
    maybe(r, m, "state", r.randint(1, 3))
    maybe(r, m, "members_at_least", r.randint(0, 2**40))
    maybe(r, m, "cohesion", r.randint(0, 10**6))
    maybe(r, m, "parent", r.randint(0, 2**32 - 1))
    maybe(r, m, "model_version", r.randint(-(2**63), 2**63 - 1))
    maybe(r, m, "event_time_ms", r.randint(0, 2**53))
    for field, most in (("leading_topics", 5), ("branch_topics", 3)):
        getattr(m, field).extend(text(r) for _ in range(r.randint(0, most)))
    for field, most in (("branch_clusters", 3), ("children", 20), ("merged", 16)):
        getattr(m, field).extend(r.randint(0, 2**32 - 1) for _ in range(r.randint(0, most)))
    return m


def membership(r):
    m = membership_pb2.Membership(cluster=r.randint(1, 2**32 - 1))
    maybe(r, m, "model_version", r.randint(-(2**63), 2**63 - 1))
    return m


if sys.argv[2] == "check":
    equal = 0
    for line in sys.stdin:
        name, again, original = line.split()
        one, other = CLASSES[name](), CLASSES[name]()
        one.ParseFromString(bytes.fromhex(again))
        other.ParseFromString(bytes.fromhex(original))
        if one == other:
            equal += 1
        else:
            print(name, one, other)
    print(equal, "equal")
else:
    r = random.Random(int(sys.argv[2]))
    for make in (watch_event, cluster_change, cluster_description, membership):
        for _ in range(200):
            m = make(r)
            print(m.DESCRIPTOR.name, m.SerializeToString().hex())
