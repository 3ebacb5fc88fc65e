"""What the tests of the image, the package and the release share: one program, and root file systems of Debian's."""

import hashlib
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import time

import pytest

from conftest import ROOT, tell, tool

BUILD = ROOT / "build/image"
# When the tests' releases are made.
EPOCH = "1700000000"
# What a container has of /dev.
DEVICES = ["full", "null", "random", "urandom", "zero"]


class Dockerfile:
    """The instructions of deploy/Dockerfile, by stage."""

    def __init__(self, path=ROOT / "deploy/Dockerfile"):
        text = re.sub(r"^\s*#.*\n", "", path.read_text(), flags=re.MULTILINE).replace("\\\n", " ")
        self.stages = []
        for line in filter(None, map(str.strip, text.splitlines())):
            word, rest = line.split(None, 1)
            if word == "FROM":
                base, *name = rest.split(" AS ")
                self.stages.append({"base": base, "name": name[0] if name else None, "instructions": []})
            else:
                self.stages[-1]["instructions"].append((word, " ".join(rest.split())))

    def stage(self, name):
        return next(stage for stage in self.stages if stage["name"] == name)

    def packages(self, name):
        """What a stage installs."""
        runs = " ".join(rest for word, rest in self.stage(name)["instructions"] if word == "RUN")
        words = re.search(r"apt-get install ([^&]*)", runs)[1].split()
        return [word for word in words if not word.startswith("-")]

    def final(self, wanted):
        """The instructions of the last stage: `USER`, `ENV`."""
        return [rest for word, rest in self.stages[-1]["instructions"] if word == wanted]

    @property
    def suite(self):
        """Of Debian: `trixie` of `debian:trixie-slim`."""
        return re.fullmatch(r"debian:(\w+)-slim", self.stage("system")["base"])[1]

    @property
    def context(self):
        """The files that the build sees."""
        lines = (ROOT / "deploy/Dockerfile.dockerignore").read_text().split()
        assert lines[0] == "*" and all(line.startswith("!") for line in lines[1:])
        return [line[1:] for line in lines[1:]]


def copy_context(target):
    """The sources as the image's build sees them; what has not changed keeps its time, so that it is not compiled again."""
    wanted = set()
    for name in Dockerfile().context:
        source = ROOT / name
        files = [source] if source.is_file() else [path for path in source.rglob("*") if path.is_file()]
        for file in files:
            relative = file.relative_to(ROOT)
            if "__pycache__" in relative.parts:
                continue
            wanted.add(relative)
            copy = target / relative
            if not copy.exists() or copy.read_bytes() != file.read_bytes():
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, copy)
    for file in [path for path in target.rglob("*") if path.is_file()]:
        if file.relative_to(target) not in wanted:
            file.unlink()


# What --static-swift-stdlib adds when it compiles, and the tests' objects were compiled without. Foundation's parts need each other.
SWIFT_PARTS = ["Foundation", "FoundationEssentials", "FoundationInternationalization", "CoreFoundation", "_FoundationICU",
               "_FoundationCShims", "_FoundationCollections", "dispatch", "BlocksRuntime", "swiftSynchronization",
               "swift_Concurrency"]


@pytest.fixture(scope="session")
def release(request):
    """SHOAL_TEST_RELEASE, or the objects that the tests are built of, linked as a release is: statically, without symbols.

    deploy/release/build.sh compiles for minutes, and `make release-check` runs it; a link takes seconds, loads the same
    libraries, and holds this revision's code.
    """
    copy_context(BUILD / "context")
    if "SHOAL_TEST_RELEASE" in os.environ:
        return pathlib.Path(os.environ["SHOAL_TEST_RELEASE"])
    objects = ROOT / ".build/tests/release/shoal.product/Objects.LinkFileList"
    if not objects.exists():
        pytest.skip("shoal is not built: `make test-deploy` builds it")
    start = time.monotonic()
    flags = subprocess.run([tool("pkg-config"), "--libs", "rdkafka", "libcrypto", "zlib", "libzstd", "libmicrohttpd",
                            "gnutls", "libcurl"], check=True, capture_output=True, text=True).stdout.split() + ["-lcjose"]
    linker = ["--gc-sections", "--defsym", "main=shoal_main", "--build-id=none", "--start-group",
              *(f"-l{part}" for part in SWIFT_PARTS), "--end-group", "-lstdc++"]
    linked = subprocess.run([tool("swiftc"), "-static-stdlib", "-emit-executable", "-o", BUILD / "linked", f"@{objects}", *flags,
                             *(word for one in linker for word in ("-Xlinker", one))], capture_output=True, text=True)
    assert linked.returncode == 0, linked.stdout + linked.stderr
    subprocess.run([tool("strip"), "--strip-all", "--remove-section=.comment", "-o", BUILD / "shoal", BUILD / "linked"],
                   check=True)
    tell(request, f"link of a release: {time.monotonic() - start:.0f} s")
    return BUILD / "shoal"


def problems(file):
    """What spdx-tools finds wrong."""
    from spdx_tools.spdx.parser.parse_anything import parse_file
    from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

    return [message.validation_message for message in validate_full_spdx_document(parse_file(str(file)))]


def make(program, folder, **more):
    environment = os.environ | {"SOURCE_DATE_EPOCH": EPOCH} | more
    made = subprocess.run([ROOT / "deploy/release/release.sh", program, folder], capture_output=True, text=True, env=environment)
    assert made.returncode == 0, made.stdout + made.stderr
    return {path.name: path for path in folder.iterdir()}


@pytest.fixture(scope="session")
def release_files(release, tmp_path_factory):
    for name in ["dpkg-deb", "dpkg-shlibdeps"]:
        tool(name)
    return make(release, tmp_path_factory.mktemp("release"))


def mirror():
    """Where this machine gets Debian from: the first of apt's sources that is Debian's own archive."""
    uris = []
    for file in [pathlib.Path("/etc/apt/sources.list"), *sorted(pathlib.Path("/etc/apt/sources.list.d").glob("*"))]:
        if not file.exists():
            continue
        text = re.sub(r"^\s*#.*$", "", file.read_text(), flags=re.MULTILINE)
        uris += re.findall(r"^URIs:\s*(\S+)", text, re.MULTILINE)
        uris += re.findall(r"^deb\s+(?:\[[^\]]*\]\s+)?(\S+)", text, re.MULTILINE)
    return next((uri for uri in uris if re.search(r"/debian/?$", uri)), None)


def debian_root(request, suite, packages, users=()):
    """A root file system of Debian's with packages and users; kept in build/ as long as these are the same."""
    if os.geteuid() != 0:
        pytest.skip("only root can make a root file system of Debian's")
    mmdebstrap = tool("mmdebstrap")
    tried = subprocess.run(["unshare", "--mount", "--net", "--propagation", "private", "true"], capture_output=True, text=True)
    if tried.returncode != 0:
        pytest.skip(f"no namespaces can be made here: {tried.stderr.strip()}")
    uri = mirror()
    if uri is None:
        pytest.skip("apt's sources name no archive of Debian's")
    root = BUILD / f"root-{hashlib.sha256(' '.join([suite, *packages, *users]).encode()).hexdigest()[:12]}"
    if (root / "complete").exists():
        return root
    shutil.rmtree(root, ignore_errors=True)
    start = time.monotonic()
    made = subprocess.run([mmdebstrap, "--quiet", "--variant=minbase", f"--include={','.join(packages)}",
                           "--dpkgopt=force-unsafe-io", suite, root, uri], capture_output=True, text=True)
    if made.returncode != 0:
        shutil.rmtree(root, ignore_errors=True)
        pytest.skip(f"mmdebstrap does not work here: {made.stderr[-500:]}")
    for user in users:
        subprocess.run(["chroot", root, *shlex.split(user)], check=True)
    (root / "complete").touch()
    tell(request, f"mmdebstrap of {suite}: {time.monotonic() - start:.0f} s")
    return root


@pytest.fixture(scope="session")
def system_root(request):
    """A root file system with what the Dockerfile's last stages install."""
    file = Dockerfile()
    runs = " ".join(rest for word, rest in file.stage("system")["instructions"] if word == "RUN")
    users = [part.strip() for part in runs.split("&&") if part.strip().startswith("useradd")]
    assert users
    return debian_root(request, file.suite, file.packages("system"), users)


# What engines give a container without network: a loopback interface (SIOCSIFFLAGS, IFF_UP).
LOOPBACK = "import fcntl, socket, struct; fcntl.ioctl(socket.socket(), 0x8914, struct.pack('16sh14x', b'lo', 1))"
# All is done by the one process that becomes the program: it gets the signals.
ENTER = """
root=$1 user=$2 masked=$3 loopback=$4; shift 4
[ -z "$loopback" ] || /usr/bin/env python3 -c "$loopback"
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount --rbind /proc "$root/proc"
mount -t tmpfs -o mode=755,size=64k none "$root/dev"
for device in {devices}; do : > "$root/dev/$device"; mount --bind "/dev/$device" "$root/dev/$device"; done
mount -o remount,ro "$root/dev"
for file in $masked; do mount --bind /dev/null "$root$file"; done
exec setpriv --no-new-privs chroot --userspec="$user" --groups= "$root" "$@"
""".format(devices=" ".join(DEVICES))


def in_root(root, user, words, environment, network=True, masked=()):
    """The command that runs `words` in a root that can't be written to, without any right, as a container would."""
    return [shutil.which("unshare"), "--mount", "--propagation", "private", *([] if network else ["--net"]),
            "/bin/bash", "-euc", ENTER, "enter", str(root), f"{user}:{user}", " ".join(masked),
            "" if network else LOOPBACK, "/usr/bin/env", "--ignore-environment", *(f"{name}={value}" for name, value in environment.items()), *words]
