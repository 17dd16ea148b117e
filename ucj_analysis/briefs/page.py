"""Render a brief: one semantic, script-free HTML file that carries its pictures and styles in itself."""

import base64
import functools
from importlib import resources

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from ucj_analysis.figures.layers import slim

# nothing may be fetched and nothing may run; pictures and styles are inside the file
POLICY = (
    "default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)


@functools.cache
def environment():
    """Environment of all templates: text is escaped, and a value that is missing is an error."""
    env = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, loader=FunctionLoader(text)
    )
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


def render(name, **values):
    """Fill a template; a value it lacks is an error, and text is escaped."""
    return environment().get_template(name).render(**values)


@functools.cache
def _macros():
    return environment().get_template("parts.html.j2").module


def part(name, *values):
    """HTML of one part of a brief: a macro of ``parts.html.j2``."""
    return getattr(_macros(), name)(*values)


def tidy(html):
    """One line end, no blanks at line ends, one empty line at most."""
    lines = (line.rstrip() for line in html.replace("\r\n", "\n").split("\n"))
    return "\n".join(line for line in lines if line) + "\n"


def picture(chart, caption, heading):
    """Return what a template needs to show a chart: data URI, alt text, size in CSS pixels, caption, heading."""
    width, height = (round(float(x) * 96) for x in chart.figure.get_size_inches())
    return _picture(slim(chart.svg()), chart.alt, width, height, caption, heading)


def picked(drawn, code, caption, heading):
    """The same for `layers.Layers`, as one region sees them."""
    return _picture(drawn.pick(code), drawn.alt, drawn.width, drawn.height, caption, heading)


def _picture(svg, alt, width, height, caption, heading):
    uri = "data:image/svg+xml;base64," + base64.b64encode(svg.encode("utf-8")).decode("ascii")
    return {"uri": uri, "alt": alt, "width": width, "height": height, "caption": caption, "heading": heading}
