"""Chromium, driven over its protocol by a pair of pipes."""

import contextlib
import json
import os
import subprocess
import time


class Browser:
    """One page of a headless Chromium."""

    def __init__(self, chromium, profile, size=(1280, 900)):
        # Chromium reads commands from descriptor 3 and writes answers to 4. Its sandbox needs a user other than root.
        (read_end, self.commands), (self.answers, write_end) = os.pipe(), os.pipe()
        words = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--hide-scrollbars",
                 f"--user-data-dir={profile}", f"--window-size={size[0]},{size[1]}"]
        moves = f"exec \"$@\" 3<&{read_end} 4>&{write_end}"
        self.process = subprocess.Popen(["bash", "-c", moves, "bash", *words], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, pass_fds=(read_end, write_end))
        os.close(read_end)
        os.close(write_end)
        self.buffer = b""
        self.number = 0
        self.session = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def call(self, method, **parameters):
        """The result of a command of the protocol."""
        self.number += 1
        command = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            command["sessionId"] = self.session
        os.write(self.commands, json.dumps(command).encode() + b"\0")
        while True:
            while b"\0" not in self.buffer:
                more = os.read(self.answers, 1 << 16)
                assert more, "Chromium has ended"
                self.buffer += more
            message, self.buffer = self.buffer.split(b"\0", 1)
            answer = json.loads(message)
            if answer.get("id") == self.number:
                assert "error" not in answer, answer
                return answer["result"]

    def open(self, url):
        self.call("Page.navigate", url=url)
        self.wait("document.readyState === 'complete' && location.href !== 'about:blank'")

    def value(self, expression):
        """The value of an expression of JavaScript, or of its promise."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def wait(self, expression, seconds=60):
        """Waits until an expression is true, and returns its value."""
        end = time.monotonic() + seconds
        while not (value := self.value(expression)):
            assert time.monotonic() < end, f"never {expression}: {self.value('document.body.innerText')}"
            time.sleep(0.05)
        return value

    def stop(self):
        self.process.kill()
        self.process.wait()
        os.close(self.commands)
        os.close(self.answers)


@contextlib.contextmanager
def browser(*words, **more):
    each = Browser(*words, **more)
    try:
        yield each
    finally:
        each.stop()
