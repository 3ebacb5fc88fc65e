"""The API over TLS: the certificate of the server, those of clients, tokens, those of an issuer, and streams of events."""

import base64
import contextlib
import hashlib
import http.client
import http.server
import json
import re
import socket
import ssl
import subprocess
import threading
import time

import pytest

from conftest import tool
from running import Instance, Load, free_port, wait

SETTINGS = {
    "output.format": "json", "epoch.future": "allow", "epoch.idle-timeout": "1s", "clusters.seed-members": "100",
    "clusters.initial": "2", "privacy.min-cluster-size": "5", "members.min-events": "3", "instance.id": "a",
    "privacy.key-file": "shoal.key", "api.access-file": "access", "api.ssl.certificate.location": "server.pem",
    "api.ssl.key.location": "server.key", "api.ssl.ca.location": "ca.pem", "api.streams": "60", "log.format": "json",
    "api.oidc.audience": "shoal", "api.oidc.roles-claim": "groups", "api.oidc.roles": "staff=viewer", "api.oidc.ca-file": "ca.pem",
}


def run(folder, *words):
    subprocess.run(list(map(str, words)), cwd=folder, check=True, capture_output=True)


def make_certificate(folder, name, subject, authority="ca", purpose="clientAuth", alternative="DNS:none"):
    """NAME.pem and NAME.key, signed by an authority."""
    run(folder, "openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{name}.key",
        "-out", f"{name}.csr", "-subj", subject)
    (folder / f"{name}.ext").write_text(f"extendedKeyUsage={purpose}\nsubjectAltName={alternative}\n")
    run(folder, "openssl", "x509", "-req", "-in", f"{name}.csr", "-CA", f"{authority}.pem", "-CAkey", f"{authority}.key",
        "-CAcreateserial", "-days", "2", "-extfile", f"{name}.ext", "-out", f"{name}.pem")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two authorities, and what the first one signed for the server and for clients."""
    tool("openssl")
    made = tmp_path_factory.mktemp("tls")
    for name in ("ca", "other"):
        run(made, "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
            f"{name}.key", "-out", f"{name}.pem", "-days", "2", "-subj", f"/CN={name}")
    make_certificate(made, "server", "/CN=shoal", purpose="serverAuth", alternative="IP:127.0.0.1")
    make_certificate(made, "anna", "/O=Example/CN=anna")
    make_certificate(made, "ben", "/O=Example/CN=ben")
    make_certificate(made, "wrong", "/O=Example/CN=anna", purpose="serverAuth")
    make_certificate(made, "foreign", "/O=Example/CN=anna", authority="other")
    (made / "shoal.key").write_text("5ac3071e94d86b2ff0417be6a2d95c38810f6d2eb79453ca1de8067fb3a4429c")
    (made / "shoal.key").chmod(0o600)
    digest = hashlib.sha256(b"token").hexdigest()
    (made / "access").write_text(f"test viewer,operator {digest}\n")
    return made


def encoded(content):
    return base64.urlsafe_b64encode(content if isinstance(content, bytes) else json.dumps(content).encode()).rstrip(b"=").decode()


class Issuer:
    """An issuer with the certificate of the server, and keys of RSA that openssl makes, which also signs."""

    def __init__(self, folder, port):
        self.folder, self.url, self.keys = folder, f"https://127.0.0.1:{port}", {}
        issuer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.end_headers()
                self.wfile.write(json.dumps({"keys": list(issuer.keys.values())} if self.path == "/keys" else {
                    "issuer": issuer.url, "jwks_uri": f"{issuer.url}/keys"}).encode())

            def log_message(self, *_):
                pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "server.pem", folder / "server.key")
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.add("first")

    def add(self, name):
        run(self.folder, "openssl", "genrsa", "-out", f"{name}.rsa", "2048")
        shown = subprocess.run(["openssl", "rsa", "-in", f"{name}.rsa", "-noout", "-modulus"], cwd=self.folder, check=True,
                               capture_output=True, text=True).stdout
        modulus = bytes.fromhex(shown.strip().removeprefix("Modulus="))
        self.keys[name] = {"kty": "RSA", "kid": name, "use": "sig", "n": encoded(modulus), "e": "AQAB"}

    def token(self, name="first", **claims):
        claims = {"iss": self.url, "aud": "shoal", "sub": "anna", "exp": time.time() + 600, "groups": ["staff"]} | claims
        text = f"{encoded({'alg': 'RS256', 'kid': name})}.{encoded(claims)}"
        signed = subprocess.run(["openssl", "dgst", "-sha256", "-sign", f"{name}.rsa"], cwd=self.folder, check=True,
                                capture_output=True, input=text.encode()).stdout
        return f"{text}.{encoded(signed)}"


@pytest.fixture(scope="module")
def issuer(folder):
    made = Issuer(folder, free_port())
    yield made
    made.server.shutdown()


class Application:
    """An instance that is fed, and whose API is served over TLS."""

    def __init__(self, shoal, folder, kafka, port, issuer):
        self.folder, self.port = folder, port
        settings = SETTINGS | {"kafka.bootstrap.servers": kafka.bootstrap, "api.listen": f"127.0.0.1:{port}",
                               "api.oidc.issuer": issuer.url}
        (folder / "shoal.properties").write_text("".join(f"{key} = {value}\n" for key, value in settings.items()))
        run(folder, shoal, "topics", "create", "--partitions", "2", "--config", "shoal.properties")
        added = subprocess.run([shoal, "access", "add", "anna", "--subject", "CN=anna, O=Example", "--config", "shoal.properties"],
                               cwd=folder, capture_output=True, text=True)
        assert added.returncode == 0 and added.stdout == "", added.stdout + added.stderr
        health = free_port()
        self.instance = Instance([shoal, "run", "--config", "shoal.properties", "--set", f"http.listen=127.0.0.1:{health}"],
                                 folder / "shoal.log", health, cwd=folder)

    def context(self, certificate=None):
        context = ssl.create_default_context(cafile=str(self.folder / "ca.pem"))
        if certificate:
            context.load_cert_chain(self.folder / f"{certificate}.pem", self.folder / f"{certificate}.key")
        return context

    def ask(self, path, certificate=None, token=None):
        """The status and the object of an answer."""
        client = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=20, context=self.context(certificate))
        with contextlib.closing(client):
            client.request("GET", path, headers={"Authorization": f"Bearer {token}"} if token else {})
            answer = client.getresponse()
            return answer.status, json.load(answer)

    def open_stream(self, certificate=None, token=None):
        """The response of a stream of events."""
        client = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60, context=self.context(certificate))
        headers = {"Accept": "text/event-stream"} | ({"Authorization": f"Bearer {token}"} if token else {})
        client.request("GET", "/v1/changes?after=0", headers=headers)
        return client.getresponse()

    def metric(self, name):
        return float(re.search(rf"^{name} (\S+)$", self.instance.get("/metrics")[1], re.MULTILINE).group(1))

    def resident(self):
        with open(f"/proc/{self.instance.process.pid}/status") as file:
            return int(re.search(r"VmRSS:\s+(\d+) kB", file.read()).group(1))


@pytest.fixture(scope="module")
def application(shoal, folder, start_kafka, issuer):
    with start_kafka() as kafka:
        made = Application(shoal, folder, kafka, free_port(), issuer)
        load = None
        try:
            load = Load([shoal, "publish", "-", "--set", f"kafka.bootstrap.servers={kafka.bootstrap}"], folder / "load.log",
                        rate=500)
            made.instance.wait_for("/readyz")
            wait(lambda: made.ask("/v1/clusters", token="token")[0] == 200, 60, pause=0.2, about="a model")
            yield made
        finally:
            made.instance.kill()
            if load:
                load.kill()


def read_until(stream, text):
    lines = []
    while text not in (line := stream.readline().decode()):
        assert line, lines
        lines.append(line)
    return lines + [line]


def test_subjects_of_certificates_and_tokens_have_roles(application):
    assert f'"url":"https://127.0.0.1:{application.port}"' in application.instance.log
    for path, certificate, token, expected in [
            ("/v1/clusters", "anna", None, 200), ("/v1/status", "anna", None, 403), ("/v1/clusters", None, "token", 200),
            ("/v1/status", "anna", "token", 200), ("/v1/clusters", "ben", None, 401), ("/v1/clusters", "wrong", None, 401),
            ("/v1/clusters", "foreign", None, 401), ("/v1/clusters", None, None, 401), ("/v1/clusters", "anna", "guess", 401)]:
        status, body = application.ask(path, certificate, token)
        assert status == expected, (path, certificate, token, body)
    assert application.ask("/v1/clusters", "ben")[1]["detail"] == "api.access-file has no line for the subject of the certificate"


def test_tokens_of_an_issuer_are_those_that_openssl_signs(application, issuer):
    right = issuer.token()
    for path, token, expected in [
            ("/v1/clusters", right, 200), ("/v1/status", right, 403), ("/v1/clusters", right[:-9] + "AAAAAAAAA", 401),
            ("/v1/clusters", issuer.token(aud="other"), 401), ("/v1/clusters", issuer.token(exp=time.time() - 90), 401)]:
        status, body = application.ask(path, token=token)
        assert status == expected, (path, body)
    # A new key is found when a token names it, ten seconds after the last time at most.
    issuer.add("second")
    wait(lambda: application.ask("/v1/clusters", token=issuer.token("second"))[0] == 200, 30, pause=1, about="the new key")
    del issuer.keys["first"]
    issuer.add("third")
    wait(lambda: application.ask("/v1/clusters", token=issuer.token("third"))[0] == 200, 30, pause=1, about="the third key")
    assert application.ask("/v1/clusters", token=right)[0] == 401
    # Keys stay while the issuer is gone.
    issuer.server.shutdown()
    issuer.server.server_close()
    assert application.ask("/v1/clusters", token=issuer.token("second", sub="ben"))[0] == 200
    assert not any(part in application.instance.log for part in right.split("."))


def test_the_server_is_known_by_its_certificate_and_speaks_nothing_but_tls(application):
    with pytest.raises(ssl.SSLCertVerificationError):
        client = http.client.HTTPSConnection("127.0.0.1", application.port, timeout=20, context=ssl.create_default_context())
        client.request("GET", "/v1/clusters")
    with socket.create_connection(("127.0.0.1", application.port), timeout=20) as plain:
        plain.sendall(b"GET /v1/clusters HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with contextlib.suppress(ConnectionResetError):
            assert b"HTTP/1.1 200" not in plain.recv(4096)


def test_streams_follow_the_models_and_end_with_their_permission(application):
    with contextlib.ExitStack() as stack:
        before = application.resident()
        streams = [stack.enter_context(application.open_stream("anna")) for _ in range(50)]
        streams += [stack.enter_context(application.open_stream(token="token")) for _ in range(10)]
        for stream in streams:
            assert stream.status == 200 and stream.headers["Content-Type"] == "text/event-stream"
            read_until(stream, "event: model")
        print(f"60 streams over TLS: {application.resident() - before} KiB")
        assert application.resident() - before < 60 << 10
        assert application.metric("shoal_api_streams") == 60
        refused = application.open_stream("anna")
        assert refused.status == 503 and refused.headers["Retry-After"] == "30"
        assert application.ask("/v1/models", "anna")[0] == 200
        # What is new comes to all, and those whose line is gone hear of nothing more.
        last = read_until(streams[0], "id: ")[-1]
        access = application.folder / "access"
        text = access.read_text()
        access.write_text("".join(line for line in text.splitlines(keepends=True) if not line.startswith("anna ")))
        try:
            wait(lambda: application.metric("shoal_api_streams") == 10, 40, pause=0.2, about="fewer streams")
        finally:
            access.write_text(text)
        ids = [int(line[4:].split(".")[0]) for line in read_until(streams[-1], "id: ")[-1:]]
        assert ids[0] >= int(last[4:].split(".")[0]) - 1
    wait(lambda: application.metric("shoal_api_streams") == 0, 60, pause=0.2, about="no streams")


def test_open_streams_do_not_delay_the_end(application):
    # The last test, because it stops the instance.
    with application.open_stream("anna") as stream:
        read_until(stream, "event: model")
        start = time.monotonic()
        assert application.instance.stop() == 0, application.instance.log[-3000:]
        assert time.monotonic() - start < 20
        assert all(not line or line == "\n" or ":" in line for line in iter(lambda: stream.readline().decode(), ""))
