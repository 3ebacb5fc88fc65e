"""The Grafana dashboard: its JSON is made from the table of metrics, and each of its queries gives data on a real Prometheus."""

import json
import math
import re
import subprocess
import sys

import pytest

from watching import definitions, metrics, wait

# What is empty by nature while all is well, by the panel's title, and what makes it give data.
DEAD_LETTERS, OUTAGE, RESTART = "records that are not watch events", "an instance that is stopped", "one started again"
EMPTY_BY_NATURE = {
    "Dead letters a second, by reason": DEAD_LETTERS,
    "Alerts that fire": OUTAGE,
    "Partitions that all others wait for": OUTAGE,
    "Models that are missing": OUTAGE,
    "Restore": RESTART,
}


@pytest.fixture(scope="module")
def dashboard(root):
    return json.loads((root / "deploy/grafana/shoal.json").read_text())


def queries(dashboard, title=None):
    """Each query of the panels, with the panel's title."""
    return [(panel["title"], target["expr"]) for panel in dashboard["panels"] for target in panel.get("targets", [])
            if title in (None, panel["title"])]


def filled_in(expr, instance=".*"):
    """As Grafana would ask, with a rate over the last seconds."""
    expr = expr.replace("$application", "shoal").replace("$instance", instance).replace("$__rate_interval", "15s")
    assert "$" not in expr, expr
    return expr


def gives_data(prometheus, expr):
    return any(not math.isnan(value) for _, value in prometheus.query(filled_in(expr)))


@pytest.fixture(scope="module")
def make(root):
    """Makes a dashboard from a table of metrics."""
    return lambda table: subprocess.run(
        [sys.executable, str(root / "deploy/grafana/make_dashboard.py"), "--print"], input=json.dumps(table),
        check=True, capture_output=True, text=True).stdout


def test_the_dashboards_json_is_made_from_the_programs_metrics(root, shoal, make):
    assert make(definitions(shoal)) == (root / "deploy/grafana/shoal.json").read_text(), \
        "run `shoal metrics docs --format json | deploy/grafana/make_dashboard.py`"


@pytest.mark.parametrize("kind, name, title, expr, unit", [
    ("gauge", "shoal_new_age_seconds", "New age seconds", 'shoal_new_age_seconds{$}', "s"),
    ("counter", "shoal_new_total", "New a second", 'rate(shoal_new_total{$}[$__rate_interval])', "short"),
    ("histogram", "shoal_new_bytes", "New bytes", 'rate(shoal_new_bytes_sum{$}[$__rate_interval])'
     ' / rate(shoal_new_bytes_count{$}[$__rate_interval])', "bytes"),
])
def test_a_metric_without_a_panel_gets_one_in_the_last_row(shoal, make, kind, name, title, expr, unit):
    table = definitions(shoal)
    metric = {"name": name, "kind": kind, "labels": ["part"], "help": "A new one."}
    *_, row, panel = json.loads(make([*table, metric]))["panels"]
    assert (row["type"], row["title"]) == ("row", "Other metrics")
    assert (panel["title"], panel["description"], panel["fieldConfig"]["defaults"]["unit"]) == (title, "A new one.", unit)
    (target,) = panel["targets"]
    assert target["expr"] == expr.replace("$}", 'job="$application",instance=~"$instance"}')
    assert target["legendFormat"] == "{{instance}} {{part}}"


def test_panels_have_titles_and_help_of_their_own_and_do_not_overlap(dashboard):
    titles = [panel["title"] for panel in dashboard["panels"]]
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(ids) == len(set(ids))
    assert len(titles) == len(set(titles)), sorted(titles)
    taken = set()
    for panel in dashboard["panels"]:
        assert panel["type"] == "row" or len(panel["description"]) > 10, panel["title"]
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24, panel["title"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                 for y in range(place["y"], place["y"] + place["h"])}
        assert not cells & taken, panel["title"]
        taken |= cells
    assert [each["name"] for each in dashboard["templating"]["list"]] == ["datasource", "application", "instance"]


def test_every_metric_is_on_the_dashboard_and_every_query_asks_for_metrics_that_exist(dashboard, shoal):
    known = metrics(shoal)
    asked = set()
    for title, expr in queries(dashboard):
        found = set(re.findall(r"\b(?:shoal|kafka|process)_[a-z_]+", expr))
        assert found <= known, f"{title}: {found - known}"
        assert found or re.search(r"ALERTS|\bup\{", expr), title
        asked |= found
    shown = {re.sub("_(bucket|sum|count)$", "", name) for name in asked} | asked
    # What nobody looks at: the address space says nothing.
    unseen = {name for name in known if not re.search("_(bucket|sum|count)$", name)} - shown
    # Two names that the next release does not have.
    old = {"kafka_consumergroup_lag", "kafka_consumergroup_current_offset"}
    # Their job is that of node_exporter, and not the application's.
    elsewhere = {name for name in known if name.startswith("shoal_disclosure_")}
    assert unseen <= {"process_virtual_memory_bytes", "process_start_time_seconds"} | old | elsewhere, unseen


def test_every_query_gives_data_on_a_real_prometheus(dashboard, watched):
    prometheus = watched.prometheus
    asked = queries(dashboard)
    assert len(asked) > 50
    if prometheus.value("shoal_memory_limit_bytes") is None:
        print("no limit of memory here: the query that shows it is only parsed")
    # Rates need two scrapes, and the first copies of the state a few seconds.
    wait(lambda: prometheus.value('sum(increase(shoal_checkpoints_total{outcome="written"}[15s]))'), 60)
    for title, expr in asked:
        if title in EMPTY_BY_NATURE:
            continue
        if "memory_limit" in expr and prometheus.value("shoal_memory_limit_bytes") is None:
            prometheus.query(filled_in(expr))
            continue
        assert wait(lambda: gives_data(prometheus, expr), 20, what=f"data of {title}: {filled_in(expr)}")
    one = watched.instances[0].address
    assert {labels["instance"] for labels, _ in prometheus.query(filled_in(dict(asked)["Resident memory"], one))} <= {one}
    for each in dashboard["templating"]["list"][1:]:
        found = re.fullmatch(r"label_values\((.*), (\w+)\)", each["definition"])
        values = {labels[found[2]] for labels, _ in prometheus.query(filled_in(found[1]))}
        assert values == ({"shoal"} if each["name"] == "application" else {i.address for i in watched.instances})
    for each in dashboard["annotations"]["list"]:
        prometheus.query(filled_in(each["expr"]))


def test_what_is_empty_while_all_is_well_gives_data_under_its_fault(dashboard, watched):
    prometheus = watched.prometheus
    exprs = {title: [expr for _, expr in queries(dashboard, title)] for title in EMPTY_BY_NATURE}
    assert all(exprs.values()), "each stands on the dashboard"

    def all_give_data(fault):
        for title, made_by in EMPTY_BY_NATURE.items():
            for expr in exprs[title] if made_by == fault else []:
                wait(lambda: gives_data(prometheus, expr), 40, what=f"data of {title}: {filled_in(expr)}")

    watched.feed.poison(50)
    all_give_data(DEAD_LETTERS)
    with watched.stopped(watched.other):
        all_give_data(OUTAGE)
    watched.other.start_again()
    all_give_data(RESTART)
    wait(lambda: not prometheus.query('ALERTS{alertstate="firing"}'), 90, what="no alert any more")
