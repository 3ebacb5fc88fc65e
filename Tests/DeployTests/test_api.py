"""The API of running instances, as `schemas/openapi.yaml` describes it."""

import contextlib
import json
import re
import resource
import select
import socket
import subprocess
import time
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


def resident(instance):
    """The resident memory of an instance, in bytes."""
    with open(f"/proc/{instance.process.pid}/status") as file:
        return int(re.search(r"VmRSS:\s+(\d+) kB", file.read()).group(1)) << 10


def read_head(stream):
    """Reads a response's head, and what may follow it."""
    text = b""
    while b"\r\n\r\n" not in text:
        more = stream.recv(4096)
        assert more, text
        text += more
    return text


def test_a_thousand_readers_take_little_memory_and_hear_of_each_model(watched):
    instance = watched.instances[0]
    port = int(instance.api.rsplit(":", 1)[1])
    request = (f"GET /v1/changes HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
               f"Authorization: Bearer {watched.token}\r\n\r\n").encode()
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(limits[1], 4096), limits[1]))
    with contextlib.ExitStack() as stack:
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, limits)

        def open_stream():
            stream = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
            stream.sendall(request)
            return stream, read_head(stream)

        before = resident(instance)
        waiting = {}
        for _ in range(1000):
            stream, head = open_stream()
            assert head.startswith(b"HTTP/1.1 200 "), head
            waiting[stream] = head
        grown = resident(instance) - before
        refused = open_stream()[1]
        assert refused.startswith(b"HTTP/1.1 503 ") and b"\r\nRetry-After: 30\r\n" in refused, refused
        end = time.monotonic() + 60
        while waiting:
            assert time.monotonic() < end, f"{len(waiting)} readers heard of no model"
            poll = select.poll()
            for stream in waiting:
                poll.register(stream, select.POLLIN)
            ready = {number for number, _ in poll.poll(5000)}
            for stream in [each for each in waiting if each.fileno() in ready]:
                waiting[stream] += stream.recv(65536)
                if b"event: model\n" in waiting[stream]:
                    del waiting[stream]
        with urllib.request.urlopen(f"http://{instance.address}/readyz", timeout=5) as answer:
            assert answer.status == 200
        print(f"1,000 streams: {grown / 1024:.0f} KiB")
        assert grown <= 64 << 20

    def open_streams():
        with urllib.request.urlopen(f"http://{instance.address}/metrics", timeout=5) as answer:
            return re.search(r"^shoal_api_streams (\d+)$", answer.read().decode(), re.MULTILINE).group(1)

    wait(lambda: open_streams() == "0", 30, about="no streams")
