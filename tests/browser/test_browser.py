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
    for width in (1280, 768, 390):
        narrow = visit(brief(built, code, lang), width)
        assert narrow.evaluate("document.documentElement.scrollWidth") <= width
        clipped = narrow.evaluate(
            "[...document.querySelectorAll('h1,h2,li,p,figcaption')].filter("
            "e => !e.closest('.wide') && !e.classList.contains('skip') && e.getBoundingClientRect().right > innerWidth + 1).length"
        )
        assert clipped == 0


RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed (group test)")
    # axe is put in by the debugger, which the page's policy (no script) does not govern
    found = axe.Axe().run(page, options={"runOnly": RULES})
    return found.generate_report() if found.violations_count else ""


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("code", ["7500", "7504", "7501"])
def test_accessible_by_axe(visit, built, code, lang):
    assert violations(visit(brief(built, code, lang))) == ""


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """Briefs of other provinces: the smallest, one of many regencies, one of the new ones; without boundaries."""
    out = tmp_path_factory.mktemp("elsewhere")
    codes = ["3400", "3471", "3520", "9501"]
    _, failed = export.build(export.plan(codes, with_notebooks=False), out)
    assert not failed, failed
    return out


@pytest.mark.parametrize(
    ("code", "lang"), [("3400", "en"), ("3471", "id"), ("3520", "id"), ("3520", "en"), ("9501", "en")]
)
def test_briefs_of_other_provinces_are_as_good(visit, elsewhere, code, lang):
    page = visit(brief(elsewhere, code, lang))
    assert page.messages == []
    assert violations(page) == ""
    pdf = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))
    assert len(pdf.pages) <= (3 if code.endswith("00") else 2)
    assert visit(brief(elsewhere, code, lang), 390).evaluate("document.documentElement.scrollWidth") <= 390
    covered = page.evaluate(
        """() => { const boxes = [...document.querySelectorAll('main > section')].map(e => [...e.querySelectorAll('*')]
        .reduce((b, x) => { const r = x.getBoundingClientRect(); return [Math.min(b[0], r.left), Math.min(b[1], r.top),
        Math.max(b[2], r.right), Math.max(b[3], r.bottom)]; }, [1e9, 1e9, 0, 0])); let n = 0;
        for (let i = 0; i < boxes.length; i++) for (let j = i + 1; j < boxes.length; j++) { const [a, b] = [boxes[i], boxes[j]];
        if (a[0] < b[2] - 2 && b[0] < a[2] - 2 && a[1] < b[3] - 2 && b[1] < a[3] - 2) n++; } return n; }"""
    )
    assert covered == 0  # no section lies over another


def test_site_is_accessible_and_its_map_and_links_lead_somewhere(visit, built, elsewhere):
    for out in (built, elsewhere):
        for name in ("index.html", "briefs/index.html"):
            page = visit(out / name)
            assert page.messages == []
            assert violations(page) == ""
            links = page.evaluate("[...document.querySelectorAll('a')].map(a => a.getAttribute('href'))")
            assert len(links) > 5
            for link in links:
                file, _, anchor = link.partition("#")
                target = (out / name).parent / file if file else out / name
                assert target.is_file(), link
                assert not anchor or f'id="{anchor}"' in target.read_text(encoding="utf-8")
    page = visit(built / "briefs" / "index.html")
    assert page.locator("svg a").count() == 6
    page.locator("svg a", has_text="Kabupaten Pohuwato").locator("path").click()
    assert "Pohuwato" in page.title()
    assert "fetch boundaries" in (elsewhere / "briefs" / "index.html").read_text(encoding="utf-8")


def test_all_briefs_of_a_province_in_one_pdf(built):
    from ucj_analysis.briefs import printing

    jobs = [j for j in export.plan(langs=("en",), with_notebooks=False) if j.region in {"7500", "7501"}]
    (path,) = printing.print_provinces(jobs, built, CHROMIUM)
    assert path.name == "7500-gorontalo.en.pdf"
    text = [p.extract_text() for p in PdfReader(path).pages]
    assert 3 <= len(text) <= 5
    assert "Gorontalo Province" in text[0]
    assert any("Boalemo Regency" in t and "Gorontalo Province" not in t for t in text[1:])
    path.unlink()


def test_without_chromium_printing_is_refused_in_a_sentence(monkeypatch):
    from ucj_analysis.briefs import printing
    from ucj_analysis.errors import UcjError

    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(UcjError, match="--pdf needs Chromium or Chrome .* install one, or print"):
        printing.browser()


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
