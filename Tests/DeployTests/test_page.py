"""The page of a running application in Chromium: what axe-core finds by the rules of WCAG 2.1 AA and by good practice."""

import html
import importlib.util
import json
import pathlib
import re
import signal
import subprocess
import urllib.parse
import urllib.request

import pytest

from browser import browser
from conftest import tool
from running import wait

RUN = """<script>axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}).then(found => {
    const result = document.createElement("pre");
    result.id = "found";
    result.textContent = JSON.stringify({
        isDark: matchMedia("(prefers-color-scheme: dark)").matches, passes: found.passes.length,
        violations: found.violations.map(each => [each.id, each.nodes.map(node => node.target.join(" "))]),
    });
    document.body.replaceChildren(result);
});</script>"""


@pytest.fixture(scope="module")
def axe():
    """The source of axe-core."""
    package = importlib.util.find_spec("axe_core_python")
    if package is None:
        pytest.skip("there is no axe-core-python here")
    return (pathlib.Path(package.origin).parent / "axe.min.js").read_text().replace("</script>", "<\\/script>")


@pytest.fixture(scope="module")
def page(watched):
    """The page with several clusters."""
    def found():
        request = urllib.request.Request(watched.instances[0].api, headers={"Authorization": f"Bearer {watched.token}"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            text = answer.read().decode()
        return text if 'id="cluster-' in text else None
    return wait(found, 60, pause=1, about="clusters on the page")


@pytest.mark.parametrize("size", ["1280,900", "390,844"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible(page, axe, tmp_path, scheme, size):
    file = tmp_path / "page.html"
    # The policy of the page forbids scripts within it.
    page = re.sub(r"<meta[^>]*Content-Security-Policy[^>]*>", "", page)
    file.write_text(page.replace("</body>", f"<script>{axe}</script>{RUN}</body>"))
    # Blink numbers the schemes: dark, light. Its sandbox needs a user other than root.
    words = [tool("chromium"), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/profile",
             f"--window-size={size}", f"--blink-settings=preferredColorScheme={['dark', 'light'].index(scheme)}",
             "--virtual-time-budget=20000", "--dump-dom", file.as_uri()]
    shown = subprocess.run(words, capture_output=True, text=True, timeout=120)
    result = re.search(r'<pre id="found">(.*?)</pre>', shown.stdout, re.DOTALL)
    assert result, shown.stderr[-2000:]
    found = json.loads(html.unescape(result.group(1)))
    assert found["isDark"] == (scheme == "dark") and found["passes"] > 20, found
    assert found["violations"] == []


@pytest.fixture
def demo(shoal, tmp_path):
    """A demo that is running, and the address of its page."""
    log = tmp_path / "demo.log"
    with open(log, "wb") as out:
        process = subprocess.Popen([shoal, "demo", "--plain", "--viewers", "800", "--seconds", "60"], stdout=out,
                                   stderr=subprocess.STDOUT)
    try:
        address = wait(lambda: re.search(r"The page of the clusters: (http://\S+)", log.read_text()), 60, about="the page")
        yield address.group(1), log.read_text
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def test_the_demo_s_buttons_are_pressed_by_its_page_alone(demo, axe, tmp_path):
    address, log = demo
    with browser(tool("chromium"), tmp_path / "profile") as page:
        page.open(address)
        press = "document.querySelector('button[data-path=\"/demo/{}\"]')"
        page.wait(f"{press.format('taste')} && !{press.format('taste')}.disabled")
        page.value(f"{press.format('taste')}.focus(), {press.format('taste')}.click()")
        page.wait("document.querySelector('#controls [role=status]').textContent.includes('aeroplanes')")
        wait(lambda: "the page: 64 viewers arrive" in log(), 30, about="new viewers")
        page.wait("document.getElementById('sizes') !== null")
        # The buttons stay while the page is renewed, and so does the focus.
        assert page.value("document.activeElement.dataset.path") == "/demo/taste"
        assert page.value("document.querySelector('#controls').nextElementSibling.id") == "main"
        wait(lambda: re.search(r"was created .*(aeroplanes|helicopters)", log()), 60, about="a cluster of them")
        # The buttons are as accessible as the rest.
        page.value(axe)
        found = page.value("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']})"
                           ".then(found => found.violations.map(each => each.id))")
        assert found == [], found
        page.value(f"{press.format('erasure')}.click()")
        wait(lambda: "the page: a viewer is erased" in log(), 30, about="an erasure")
        token = page.value("document.getElementById('controls').dataset.token")
        # A page of another origin cannot read the token, and so cannot press.
        page.open("data:text/html,<p>other</p>")
        assert page.value(f"fetch('{address}/').then(answer => answer.text(), () => 'refused')") == "refused"
        page.value(f"fetch('{address}/demo/taste', {{method: 'POST', mode: 'no-cors', body: '{token[::-1]}'}})"
                   ".then(() => true, () => true)")
    assert log().count("the page: 64 viewers arrive") == 1


def test_the_page_goes_back_in_time_by_keyboard_and_finds_topics(demo, axe, tmp_path):
    address, _ = demo
    with browser(tool("chromium"), tmp_path / "profile") as page:
        page.open(address)
        page.wait("document.querySelector('#at') && at.max - at.min >= 4 * at.step && document.querySelector('.card') !== null")

        def press(key, code):
            for kind in ("keyDown", "keyUp"):
                page.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)

        page.value("at.focus()")
        now = page.value("Number(at.value)")
        press("ArrowLeft", 37)
        press("ArrowLeft", 37)
        page.wait("document.querySelector('[data-part=state] a.now') !== null")
        then = page.value("Number(at.value)")
        assert then < now and page.value("document.activeElement.id") == "at"
        moment = page.value("new URLSearchParams(location.search).get('at')")
        assert page.value(f"Date.parse('{moment}')") == then
        shown = page.value("document.querySelector('[data-part=state]').innerText")
        assert f"model of {moment[:16].replace('T', ' ')} UTC" in shown
        assert page.value("at.getAttribute('aria-valuetext')") == f"{moment[:16].replace('T', ' ')} UTC"
        assert page.value("getComputedStyle(document.querySelector('.veil')).display") == "block"
        # The address leads to the same moment, and further models do not end it.
        page.open(page.value("location.href"))
        newer = page.wait(f"Number(at.max) > {now} && Number(at.max)")
        assert page.value("Number(at.value)") == then and newer > then
        page.value("since.focus()")
        press("ArrowRight", 39)
        page.wait("location.search.includes('since=')")
        page.wait("document.querySelector('[data-part=flows] table') !== null")
        page.value(axe)
        rules = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']}"
        found = page.value(f"axe.run({rules}).then(found => found.violations.map(each => each.id))")
        assert found == [], found
        topic = page.value("document.querySelector('.card .lead1').innerText")
        page.value("topic.focus()")
        page.call("Input.insertText", text=topic)
        page.wait("document.querySelector('[data-part=cards]').innerText.includes('with such a topic')")
        assert page.value("document.querySelector('.card mark').innerText") == topic
        assert page.value("document.activeElement.id") == "topic"
        assert page.value(f"axe.run({rules}).then(found => found.violations.map(each => each.id))") == []
        page.value("document.querySelector('[data-part=state] a.now').click()")
        page.wait("!location.search.includes('at=') && document.querySelector('[data-part=state] a.now') === null"
                  " && at.value === at.max")


def test_an_analyst_finds_a_viewer_and_the_page_forgets_it(watched, page, axe, tmp_path):
    rules = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']}"
    texts = []
    with browser(tool("chromium"), tmp_path / "profile") as shown:
        for instance in watched.instances:
            address = instance.api
            shown.open(address.replace("//", f"//test:{urllib.parse.quote(watched.token)}@"))
            # Scripts fetch nothing from a page whose address has a password, which the browser knows now.
            shown.call("Page.navigate", url="about:blank")
            shown.wait("location.href === 'about:blank'")
            shown.open(address)
            shown.wait("document.querySelector('#find button') && !document.querySelector('#find button').disabled")

            def find(viewer, reason):
                shown.value(f"viewer.value = {json.dumps(viewer)}, reason.value = {json.dumps(reason)},"
                            "document.querySelector('#find button').click()")
                return shown.wait("!found.innerText.startsWith('Looking') && found.innerText")
            assert "Refused: the body must be" in find("u7", "猫")
            shown.value("found.replaceChildren()")
            texts.append(find("u7", "ticket 4711"))
            assert "u7" not in shown.value("location.href + JSON.stringify(history.state) + document.cookie"
                                           " + JSON.stringify({...localStorage, ...sessionStorage})")
            # Operators see the state of the instance, which is renewed by itself.
            assert shown.value("health.innerText.includes('records behind')")
            shown.value("document.querySelector('[data-part=health]').replaceChildren()")
            shown.wait("health.innerText.includes('records behind')")
            shown.value(axe.replace("<\\/script>", "</script>"))
            assert shown.value(f"axe.run({rules}).then(found => found.violations.map(each => each.id))") == []
            shown.value("dispatchEvent(new Event('pagehide'))")
            assert shown.value("found.innerText + viewer.value") == ""
    # One of them has the viewer's partition.
    assert sum(text.startswith("Another instance") for text in texts) == 1, texts
    assert any("Like the others there, the viewer watches " in text for text in texts), texts
    assert sum("This viewer is in" in text for text in texts) == 1, texts
