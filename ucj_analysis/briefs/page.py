"""Render a brief: one semantic, script-free HTML file that carries its pictures and styles in itself."""

import base64
import functools
from importlib import resources

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

# nothing may be fetched and nothing may run; pictures and styles are inside the file
POLICY = "default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@functools.cache
def _environment():
    env = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    env.globals.update(policy=POLICY, css=Markup(_fonts() + text("brief.css")))
    return env


def _fonts():
    """Font faces inside the page: with the reader's own fonts the same brief would break over other pages."""
    folder = resources.files("ucj_analysis.briefs").joinpath("fonts")
    faces = []
    for weight in (400, 600):
        data = base64.b64encode(folder.joinpath(f"source-sans-3-{weight}.woff2").read_bytes()).decode("ascii")
        faces.append(
            f'@font-face {{ font-family: "Source Sans 3"; font-weight: {weight}; '
            f'src: url(data:font/woff2;base64,{data}) format("woff2"); }}\n'
        )
    return "".join(faces)


def text(name):
    """Return a file of the folder ``templates``."""
    return resources.files("ucj_analysis.briefs").joinpath("templates", name).read_text(encoding="utf-8")


@functools.cache
def _template(name):
    return _environment().from_string(text(name))


def render(name, **values):
    """Fill a template; a value it lacks is an error, and text is escaped."""
    return _template(name).render(**values)


def picture(chart, caption, heading):
    """Return what a template needs to show a chart: data URI, alt text, size in CSS pixels, caption, heading."""
    svg = chart.svg()
    width, height = (round(float(x) * 96) for x in chart.figure.get_size_inches())
    uri = "data:image/svg+xml;base64," + base64.b64encode(svg.encode("utf-8")).decode("ascii")
    return {"uri": uri, "alt": chart.alt, "width": width, "height": height, "caption": caption, "heading": heading}
