"""Dependencies are declared once, imports point one way, nothing heavy loads on import."""

import ast
import re
import subprocess
import sys
import tomllib

import pytest

LAYERS = [
    {"errors", "files", "paths", "language"},
    {"regions", "catalog"},
    {"observations"},
    {"loaders"},
    {"metrics"},
    {"models"},
    {"figures"},
    {"briefs", "reports", "scenarios", "notebook", "reruns", "health"},
    {"panel"},
    {"cli"},
]


def project(root):
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


def test_environment_yml_is_pyproject(root):
    text = (root / "environment.yml").read_text(encoding="utf-8")
    declared = {re.sub(r"\s", "", d).lower() for d in project(root)["project"]["dependencies"]}
    listed = {m.lower() for m in re.findall(r"^\s+- ([a-z][\w.-]*>=[\d.]+)$", text, re.M)}
    python = project(root)["project"]["requires-python"].replace(" ", "")
    assert listed - {f"python{python}"} == declared
    assert f"python{python}" in listed
    assert re.findall(r"^  - ([a-z-]+)$", text.split("dependencies:")[0], re.M) == ["conda-forge", "nodefaults"]


def test_required_packages_are_declared(root):
    names = {re.match(r"[\w-]+", d)[0] for d in project(root)["project"]["dependencies"]}
    assert {"jupyterlab", "pandas", "geopandas", "matplotlib", "seaborn", "statsmodels"} <= names


def test_lock_pins_everything_with_hashes_and_names_no_host(root):
    text = (root / "requirements.lock").read_text(encoding="utf-8")
    assert not re.search(r"https?://|--index|--extra-index|--find-links", text)
    entries = re.split(r"\n(?=[a-z0-9])", text.strip())
    pins = {}
    for entry in entries:
        match = re.match(r"([\w.-]+)==([\w.!+]+)", entry)
        assert match, entry[:80]
        assert "--hash=sha256:" in entry, match[1]
        pins[match[1].lower().replace("_", "-")] = match[2]
    groups = project(root)["dependency-groups"]
    for line in [*project(root)["project"]["dependencies"], *groups["build"], *groups["test"]]:
        name, least = re.match(r"([\w-]+)>=([\d.]+)", line).groups()
        have = pins[name.lower().replace("_", "-")]
        assert tuple(map(int, re.findall(r"\d+", have)[:2])) >= tuple(map(int, re.findall(r"\d+", least)[:2])), line


def test_imports_point_one_way(root):
    rank = {name: i for i, layer in enumerate(LAYERS) for name in layer}
    for path in (root / "ucj_analysis").rglob("*.py"):
        part = path.relative_to(root / "ucj_analysis").parts[0].removesuffix(".py")
        if part == "__init__":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("ucj_analysis"):
                tail = node.module.split(".")[1:]
                names = tail[:1] or [a.name for a in node.names]
            for name in names:
                if name in rank and name != part:
                    assert rank[name] <= rank[part], f"{path.name} imports {name}"


@pytest.mark.parametrize("module", ["ucj_analysis", "ucj_analysis.cli"])
def test_import_loads_nothing_heavy(module):
    code = f"import sys, {module}; print([m for m in ('pandas', 'matplotlib', 'geopandas', 'statsmodels') if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_nothing_names_a_machine_or_a_registry(root):
    done = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a git clone: the list of tracked files is not known")
    for name in done.stdout.split():
        path = root / name
        if path.suffix in {".gz", ".png", ".woff2"} or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8")
        assert (
            not re.search(r"/(home|root|Users)/\w+|pypi\.org|files\.pythonhosted", text)
            or name == "tests/test_house.py"
        ), name
