"""Holds the benchmark's own k-means, rules and scores against the prototype's and against scikit-learn's.

usage: check.py INPUT REFERENCE    INPUT as `bench-quality --check INPUT` writes it
"""

import json
import sys
import warnings

import numpy as np

warnings.filterwarnings("ignore")


def main(source, reference):
    sys.path.insert(0, reference)
    from baselines import Flink, Spark
    from batch import batch_best, lloyd, obj_of
    from drift import f1, rel_of
    from sklearn.cluster import MiniBatchKMeans
    from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

    differences = {}

    def compare(what, ours, theirs, allowed):
        difference = float(np.max(np.abs(np.asarray(ours, float) - np.asarray(theirs, float))))
        worst, _ = differences.get(what, (0.0, allowed))
        differences[what] = (max(worst, difference), allowed)

    for case in json.load(open(source))["cases"]:
        points, start = np.array(case["points"]), np.array(case["start"])
        truth, labels = np.array(case["truth"]), np.array(case["labels"])
        count = len(start)
        _, found, _ = lloyd(points, start.copy(), iters=300, tol=0)
        compare("Lloyd: labels", labels, found, 0)
        compare("Lloyd: objective", case["objective"], obj_of(points, found), 1e-6)
        compare("best of ten: objective", case["best"], batch_best(points, count, 10, seed=case["seed"])[0][2], 2e-3)
        decay = case["decay"]
        rules = {"Spark": Spark(count, np.log(0.5) / np.log(decay)), "Flink": Flink(count, decay)}
        for rule in rules.values():
            rule.C, rule.w = start.astype(float).copy(), np.zeros(count)
        rules["scikit-learn"] = MiniBatchKMeans(count, init=start.astype(float), n_init=1)
        for ours in case["rules"]:
            rule = rules[ours["name"]]
            for batch in case["batches"]:
                batch = np.array(batch, float)
                rule.partial_fit(batch) if ours["name"] == "scikit-learn" else rule.fit(batch)
            centres = rule.cluster_centers_ if ours["name"] == "scikit-learn" else rule.C
            compare(ours["name"] + ": centres", ours["centroids"], centres, 1e-5)
            compare(ours["name"] + ": labels", ours["labels"], rule.predict(points), 0)
        compare("ARI", case["adjustedRand"], adjusted_rand_score(truth, labels), 1e-9)
        compare("AMI", case["adjustedMutualInformation"], adjusted_mutual_info_score(truth, labels), 1e-9)
        pair = truth < 2
        compare("separation", case["separation"], rel_of(points[pair], truth[pair] == 0), 1e-6)
        best, cluster = f1(labels + 1, truth == 0)
        compare("F1: value", case["f1"], best, 1e-9)
        compare("F1: cluster", case["match"], cluster, 0)

    for what, (difference, allowed) in differences.items():
        verdict = "same" if difference <= allowed else "DIFFERENT"
        print(f"{what:28} largest difference {difference:.1e}, allowed {allowed:.0e}: {verdict}")
    return all(difference <= allowed for difference, allowed in differences.values())


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(0 if main(*sys.argv[1:]) else 1)
