"""Notebook 07 in a real JupyterLab in headless Chromium: a slider moved, the figure changed, the scenario saved."""

import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from test_browser import CHROMIUM, FLAGS

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (dependency group test)")
pytest.importorskip("jupyterlab", reason="JupyterLab is not installed")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: .ci/run installs one")
NAME = "07_budget_scenarios.ipynb"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture(scope="module")
def lab(root, tmp_path_factory):
    """Address of a JupyterLab that serves a copy of the notebook, with settings and state of its own."""
    home = tmp_path_factory.mktemp("lab")
    folder = home / "notebooks"
    folder.mkdir()
    shutil.copy(root / "notebooks" / NAME, folder)
    port, token = free_port(), secrets.token_hex(8)
    own = {
        k: str(home / k.lower())
        for k in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    }
    env = {k: v for k, v in os.environ.items() if k != "UCJ_UNATTENDED"} | own | {"HOME": str(home)}
    env["PYTHONPATH"] = os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    command = [sys.executable, "-m", "jupyterlab", str(folder), "--no-browser", "--allow-root", f"--ServerApp.port={port}",
               "--ServerApp.ip=127.0.0.1", f"--IdentityProvider.token={token}", "--ServerApp.open_browser=False",
               "--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]  # fmt: skip
    with open(home / "log", "wb") as log:
        server = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(150):
            try:
                urllib.request.urlopen(f"{base}/api?token={token}", timeout=2).read()
                break
            except OSError:
                assert server.poll() is None, (home / "log").read_text()[-2000:]
                time.sleep(0.2)
        yield f"{base}/lab/tree/{NAME}?token={token}", home
    finally:
        server.terminate()
        server.wait(timeout=20)


@pytest.fixture(scope="module")
def page(lab):
    """The notebook with all cells run."""
    with sync_api.sync_playwright() as p:
        chromium = p.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = chromium.new_context(viewport={"width": 1400, "height": 1000}).new_page()
        page.set_default_timeout(60_000)
        page.goto(lab[0])
        page.locator(".jp-Notebook h1").wait_for()
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        page.locator("img.ucj-path").wait_for()
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()  # else a move waits behind the cells still to run
        yield page
        chromium.close()


def press(page, label, key):
    """Move a slider by one step and wait until it stands there."""
    row = page.locator(".widget-slider", has=page.get_by_text(label, exact=True))
    row.scroll_into_view_if_needed()
    handle = row.locator(".noUi-handle")
    goal = float(handle.get_attribute("aria-valuenow")) + (1 if key == "ArrowRight" else -1)
    handle.press(key)
    row.locator(f'.noUi-handle[aria-valuenow="{goal:.1f}"]').wait_for()


def picture(page):
    return page.locator("img.ucj-path").get_attribute("src"), page.locator("img.ucj-path").get_attribute("alt")


def changed(page, before):
    page.wait_for_function("old => document.querySelector('img.ucj-path')?.src !== old", arg=before)
    return picture(page)


def test_a_slider_moves_and_the_figure_follows(page):
    src, alt = picture(page)
    assert alt.startswith("People added in Bone Bolango Regency and their dues a year: 2027: 3,328 people")
    assert re.fullmatch(r"data:image/png;base64,[\w+/=]{4000,}", src)
    press(page, "Target, percent", "ArrowRight")
    moved, alt = changed(page, src)
    assert "2029: 11,006 people" in alt  # 76 percent of 102,316 less 66,754
    shown = page.evaluate(
        "(() => { const i = document.querySelector('img.ucj-path'); return [i.complete, i.naturalWidth] })()"
    )
    assert shown == [True, 750]
    press(page, "Year", "ArrowRight")
    _, alt = changed(page, moved)
    assert "2030: 11,006 people" in alt


def test_what_cannot_be_is_said_and_the_way_back_works(page):
    for _ in range(12):
        press(page, "Target, percent", "ArrowLeft")
    page.get_by_text("lies at or below today's coverage of 65.2 percent").wait_for()
    for _ in range(12):
        press(page, "Target, percent", "ArrowRight")
    page.locator('img.ucj-path[alt*="2030: 11,006 people"]').wait_for()  # the kernel has caught up with the slider


def test_the_scenario_is_saved(page, lab):
    page.get_by_role("button", name="Save scenario").click()
    page.get_by_text("Saved in ../build/scenarios").wait_for()
    made = sorted(p.name for p in (lab[1] / "build" / "scenarios").iterdir())
    assert made == [f"76_percent_by_2030.{x}" for x in ("csv", "en.html", "id.html", "yml")]
    assert "target: 76.0" in (lab[1] / "build" / "scenarios" / "76_percent_by_2030.yml").read_text()
