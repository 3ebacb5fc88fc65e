"""The API of running instances, as `schemas/openapi.yaml` describes it."""

import json
import subprocess
import urllib.error
import urllib.request

from conftest import ROOT, tool
from running import wait


def ask(url, token, body=None):
    """The status, the headers and the object of an answer."""
    request = urllib.request.Request(url, body and json.dumps(body).encode(), {"Authorization": f"Bearer {token}"})

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_):
            return None

    try:
        with urllib.request.build_opener(Stay).open(request, timeout=20) as answer:
            return answer.status, answer.headers, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, error.headers, json.load(error)


def test_each_viewer_is_found_on_the_instance_to_which_the_other_one_leads(watched):
    def found(viewer):
        question = {"viewer": viewer, "reason": "test"}
        answers = [ask(f"{each.api}/v1/members:lookup", watched.token, question) for each in watched.instances]
        # An instance that was started again needs a while to take its partitions over.
        answered = [body for status, _, body in answers if status == 200]
        return len(answered) == 1 and [each[0] for each in answers].count(307) == 1 and answered[0].get("cluster")

    wait(lambda: all(found(f"u{number}") for number in range(6)), 60, pause=1, about="clusters of six viewers")


def test_answers_are_as_the_schema_says(watched, tmp_path):
    run = subprocess.run(
        [tool("schemathesis"), "run", str(ROOT / "schemas/openapi.yaml"), "--url", watched.instances[0].api, "--header",
         f"Authorization: Bearer {watched.token}", "--checks", "all", "--exclude-checks", "ignored_auth", "--max-examples",
         "25", "--seed", "1", "--no-color"], capture_output=True, text=True, timeout=300, cwd=tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr
