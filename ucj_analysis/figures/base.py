"""A finished figure: picture, title and alt text together, the same bytes every time."""

import base64
import io
from dataclasses import dataclass
from html import escape

from matplotlib import rc_context

from ucj_analysis.errors import UcjError
from ucj_analysis.figures.style import RC


@dataclass(frozen=True, eq=False)
class Chart:
    """One figure with what a reader who cannot see it is told.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
    alt : str
        What the figure shows, in the reader's language.
    title : str
    """

    figure: object
    alt: str
    title: str

    def __post_init__(self):
        if not str(self.alt).strip():
            raise UcjError("alt is empty: say in a sentence what the figure shows")

    def svg(self):
        """Return SVG text: letters as paths, no date, ids from a fixed salt."""
        with rc_context(RC):
            out = io.StringIO()
            self.figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
        return out.getvalue()

    def png(self, dpi=160):
        """Return PNG bytes."""
        with rc_context(RC):
            out = io.BytesIO()
            self.figure.savefig(out, format="png", dpi=dpi, metadata={"Software": None})
        return out.getvalue()

    def save(self, path):
        """Write .svg or .png, whole or not at all."""
        from ucj_analysis.files import write_atomic

        kind = str(path).rsplit(".", 1)[-1].lower()
        if kind not in ("svg", "png"):
            raise UcjError(f"{path}: expected a name that ends in .svg or .png")
        return write_atomic(path, self.svg() if kind == "svg" else self.png())

    def html(self):
        """Return a figure element with the picture inside it and the alt text."""
        data = base64.b64encode(self.svg().encode("utf-8")).decode("ascii")
        width, height = (round(float(x) * 96) for x in self.figure.get_size_inches())
        return (
            f'<figure><img src="data:image/svg+xml;base64,{data}" alt="{escape(self.alt, quote=True)}" '
            f'width="{width}" height="{height}"></figure>'
        )

    def _repr_mimebundle_(self, include=None, exclude=None):
        # HTML and not a bare picture: nbconvert drops the alt text of picture outputs
        return {"text/html": self.html(), "text/plain": f"{self.title}: {self.alt}"}
