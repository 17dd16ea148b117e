"""The briefs in a real Chromium: network off, no console message, pages, widths, accessibility."""

import io
import shutil

import pytest
from constants import CODES
from pypdf import PdfReader

from ucj_analysis.briefs import export
from ucj_analysis.health import BROWSERS
from ucj_analysis.regions import get

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (dependency group test)")
CHROMIUM = next((shutil.which(b) for b in BROWSERS if shutil.which(b)), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: .ci/run installs one")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
ALL = [(c, g) for c in CODES for g in ("id", "en")]


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as p:
        chromium = p.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser):
    """Open a file offline at a width; collects console messages and requests."""
    contexts = []

    def go(path, width=1280):
        context = browser.new_context(viewport={"width": width, "height": 900}, offline=True)
        contexts.append(context)
        page = context.new_page()
        page.messages, page.asked = [], []
        page.on("console", lambda m: page.messages.append(m.text))
        page.on("pageerror", lambda e: page.messages.append(str(e)))
        page.on("request", lambda r: page.asked.append(r.url))
        page.refused = []
        page.on("requestfailed", lambda r: page.refused.append((r.url, r.failure)))
        page.goto(path.resolve().as_uri())
        return page

    yield go
    for context in contexts:
        context.close()


def brief(built, code, lang):
    return built / "briefs" / export.file_name(get(code), lang)


@pytest.mark.parametrize(("code", "lang"), ALL)
def test_opens_offline_prints_and_fits(visit, built, code, lang):
    page = visit(brief(built, code, lang))
    assert page.messages == []
    assert [u for u in page.asked if not u.startswith(("file:", "data:"))] == []
    pictures = page.evaluate("[...document.images].map(i => [i.complete, i.naturalWidth, i.alt.length])")
    assert all(done and wide > 300 and alt > 80 for done, wide, alt in pictures)
    pdf = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))
    most = 3 if code == "7500" else 2
    assert len(pdf.pages) <= most
    box = pdf.pages[0].mediabox
    assert (round(float(box.width)), round(float(box.height))) in {(595, 842), (596, 842), (594, 841)}
    for width in (1280, 390):
        narrow = visit(brief(built, code, lang), width)
        assert narrow.evaluate("document.documentElement.scrollWidth") <= width
        clipped = narrow.evaluate(
            "[...document.querySelectorAll('h1,h2,li,p,figcaption')].filter("
            "e => !e.closest('.wide') && !e.classList.contains('skip') && e.getBoundingClientRect().right > innerWidth + 1).length"
        )
        assert clipped == 0


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("code", ["7500", "7504", "7501"])
def test_accessible_by_axe(visit, built, code, lang):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed (group test)")
    page = visit(brief(built, code, lang))
    # axe is put in by the debugger, which the page's policy (no script) does not govern
    found = axe.Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]})
    assert found.violations_count == 0, found.generate_report()


def test_policy_stops_script_and_requests(visit, built, tmp_path):
    text = brief(built, "7504", "id").read_text(encoding="utf-8")
    bad = '<img src="http://127.0.0.1:9/x.png"><script>document.title = "ran"</script></main>'
    (tmp_path / "bad.html").write_text(text.replace("</main>", bad), encoding="utf-8")
    page = visit(tmp_path / "bad.html")
    assert page.title() != "ran"
    assert any("Content Security Policy" in m for m in page.messages)
    assert page.refused == [("http://127.0.0.1:9/x.png", "csp")]  # stopped before it left the page


def test_index_and_links_lead_somewhere(visit, built):
    page = visit(built / "index.html")
    assert page.messages == []
    page.get_by_role("link", name="Ringkasan Kabupaten Bone Bolango").click()
    assert "Bone Bolango" in page.title()
    page.get_by_role("link", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("link", name="All briefs").click()
    assert page.url.endswith("/index.html")
