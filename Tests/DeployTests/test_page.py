"""The page of a running application in Chromium: what axe-core finds by the rules of WCAG 2.1 AA and by good practice."""

import html
import importlib.util
import json
import pathlib
import re
import subprocess
import urllib.request

import pytest

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
        return text if "Clusters now" in text else None
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
