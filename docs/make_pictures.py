"""Draw the pictures that the README shows: python docs/make_pictures.py (needs Chromium and the group test)."""

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from ucj_analysis.briefs import content, export, facts
from ucj_analysis.figures import maps, style
from ucj_analysis.health import BROWSERS
from ucj_analysis.metrics import coverage

HERE = Path(__file__).parent / "images"


def main():
    """Write map.png and brief.png."""
    inputs = facts.load()
    rows = coverage.latest_known(inputs.coverage).assign(unit="percent")
    rows = rows[rows["region_code"].isin(inputs.boundaries["region_code"])]
    chart = maps.choropleth(
        inputs.boundaries, rows, alt="Map of reported UCJ", lang="en", title="Reported UCJ, latest known",
        unit="Percent of workers", breaks=style.COVERAGE_BREAKS, colours=style.coverage_colours,
        source="BPJS Ketenagakerjaan and local governments", attribution=content.attribution(inputs, "en"),
    )  # fmt: skip
    chart.save(HERE / "map.png")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as p:
        page_file = Path(folder) / "brief.html"
        page_file.write_text(export.brief(inputs, "7504", "id"), encoding="utf-8")
        chromium = next(shutil.which(b) for b in BROWSERS if shutil.which(b))
        browser = p.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1000, "height": 1180})
        page.goto(page_file.as_uri())
        page.screenshot(path=HERE / "brief.png")
        browser.close()


if __name__ == "__main__":
    main()
