"""Instances of Shoal as processes, where no container engine runs: the same program, settings and variables."""

import json
import os
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request

# What every line of a log has.
HEAD = ("time", "level", "label", "message")


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def wait(what, seconds=180, pause=0.02, about=None):
    """Calls `what` until it gives something that counts, and returns that; `about` says what it is."""
    end = time.monotonic() + seconds
    while True:
        found = what()
        if found:
            return found
        assert time.monotonic() < end, f"not so after {seconds} s: {about or what}"
        time.sleep(pause)


class Process:
    """A command of `shoal` beside the test. Its output goes to a file; it ends with the test at the latest."""

    def __init__(self, words, log, environment=None, **options):
        self.words = [str(word) for word in words]
        self.file = log
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("SHOAL_")}
        with open(log, "ab") as output:
            self.process = subprocess.Popen(self.words, stdout=output, stderr=output, env=inherited | (environment or {}),
                                            **{"stdin": subprocess.DEVNULL} | options)

    @property
    def log(self):
        return self.file.read_text(errors="replace")

    def messages(self):
        """The messages of the log with their fields, without those of librdkafka."""
        entries = [json.loads(line) for line in self.log.splitlines() if line.startswith("{")]
        return [" ".join([entry["message"], *(f"{name}={value}" for name, value in entry.items() if name not in HEAD)])
                for entry in entries if entry.get("source") != "librdkafka"]

    def stop(self, timeout=60):
        """SIGTERM; gives the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Instance(Process):
    """`shoal run`, with HTTP on a port of its own."""

    def __init__(self, words, log, port, environment=None, **options):
        self.port = port
        super().__init__(words, log, environment, **options)

    def get(self, path):
        """Status and body; 0 where nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def wait_for(self, path, seconds=180):
        """Waits for a 200."""
        def is_there():
            assert self.process.poll() is None, f"ended with {self.process.returncode}:\n{self.log[-3000:]}"
            return self.get(path)[0] == 200
        wait(is_there, seconds)


class Load:
    """Watch events through `shoal publish`, some a second, an epoch of an hour every few seconds; viewers of two tastes."""

    TOPICS = [["chess", "go", "shogi"], ["cooking", "baking", "bread"]]

    def __init__(self, words, log, viewers=400, rate=2000, epoch=3.0):
        self.viewers, self.rate, self.epoch = viewers, rate, epoch
        self.sent = 0
        self.publisher = Process(words, log, stdin=subprocess.PIPE)
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def line(self, number):
        viewer = number * 7919 % self.viewers
        passed = number / self.rate / self.epoch
        return json.dumps({
            "event_id": f"e{number}", "user_id": f"viewer-{viewer}",
            "topics": [self.TOPICS[viewer % 2][number // self.viewers % 3]],
            "watched_ms": 50000, "duration_ms": 60000, "event_time_ms": 1700000000000 + int(passed * 3600000),
        }) + "\n"

    def run(self):
        start = time.monotonic()
        while not self.is_over.is_set():
            due = int((time.monotonic() - start) * self.rate)
            if due > self.sent:
                self.publisher.process.stdin.write("".join(map(self.line, range(self.sent, due))).encode())
                self.publisher.process.stdin.flush()
                self.sent = due
            time.sleep(0.02)
        self.publisher.process.stdin.close()

    def end(self):
        """Gives how many events were sent."""
        self.is_over.set()
        self.thread.join()
        assert self.publisher.process.wait(60) == 0, self.publisher.log
        return self.sent

    def kill(self):
        self.is_over.set()
        self.thread.join(10)
        self.publisher.kill()
