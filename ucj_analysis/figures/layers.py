"""One drawing for many readers: parts that only some of them see, cut out of the SVG afterwards.

The figures of a province differ between its regions only in what is highlighted. Both looks are drawn once, marked with
`only` and `without`, and `Layers.pick` keeps what one region needs: cutting text is a thousand times faster than drawing.
"""

import re
from dataclasses import dataclass

_TOKEN = re.compile(r"<defs>(.*?)</defs>|<g\b[^>]*?(/?)>|</g>", re.S)
_DEFINED = re.compile(r'<(\w+)\b[^>]*?\bid="([^"]+)"[^>]*?(?:/>|>.*?</\1>)', re.S)
_USED = re.compile(r'(?:href="#|url\(#)([^")]+)')
_LAYER = re.compile(r'\bid="(only|without) (\w+)"')
_LONG = re.compile(r"-?\d+\.\d{3,}")


def only(artist, code):
    """Mark a part that is there only when ``code`` is picked."""
    artist.set_gid(f"only {code}")
    return artist


def without(artist, code):
    """Mark a part that is there unless ``code`` is picked."""
    artist.set_gid(f"without {code}")
    return artist


@dataclass(frozen=True)
class Layers:
    """SVG in pieces.

    Attributes
    ----------
    pieces : tuple of (condition, text, ids used)
        Condition is None, ("only", code) or ("without", code).
    defined : dict
        Definitions (glyphs, markers, clips) by id, in the order of the file; kept where they are used.
    alt, title : str
    width, height : int
        CSS pixels.
    """

    pieces: tuple
    defined: dict
    alt: str
    title: str
    width: int
    height: int

    @classmethod
    def of(cls, chart):
        """Cut a drawn chart (`figures.base.Chart`)."""
        svg = slim(chart.svg())
        pieces, defined, buffer = [], {}, []
        condition, depth, inside, last = None, 0, None, 0

        def flush():
            text = "".join(buffer)
            if text:
                pieces.append((condition, text, tuple(dict.fromkeys(_USED.findall(text)))))
            buffer.clear()

        for m in _TOKEN.finditer(svg):
            buffer.append(svg[last : m.start()])
            last, tag = m.end(), m.group()
            if tag.startswith("<defs"):
                rest = m.group(1)
                for d in _DEFINED.finditer(rest):
                    defined.setdefault(d.group(2), d.group())
                    rest = rest.replace(d.group(), "")
                if rest.strip():
                    buffer.append(f"<defs>{rest.strip()}</defs>")
                continue
            if tag == "</g>":
                depth -= 1
                buffer.append(tag)
                if inside == depth:
                    flush()
                    condition, inside = None, None
                continue
            layer = _LAYER.search(tag)
            if layer and inside is None:
                flush()
                condition, inside = layer.groups(), depth
            buffer.append(re.sub(r' id="[^"]*"', "", tag))
            depth += not m.group(2)
        buffer.append(svg[last:])
        flush()
        width, height = (round(float(x) * 96) for x in chart.figure.get_size_inches())
        return cls(tuple(pieces), defined, chart.alt, chart.title, width, height)

    def pick(self, code):
        """SVG as ``code`` sees it."""
        kept = [p for p in self.pieces if p[0] is None or (p[0][1] == code) == (p[0][0] == "only")]
        used = {i for p in kept for i in p[2]}
        used |= {i for u in used for i in _USED.findall(self.defined.get(u, ""))}
        texts = [p[1] for p in kept]
        at = texts[0].index(">", texts[0].index("<svg")) + 1
        defs = "".join(text for name, text in self.defined.items() if name in used)
        return texts[0][:at] + f"<defs>{defs}</defs>" + texts[0][at:] + "".join(texts[1:])


def slim(svg):
    """SVG of matplotlib without comments, line ends and digits nobody sees (a hundredth of a point)."""
    svg = re.sub(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->|<metadata>.*?</metadata>", "", svg, flags=re.S)
    svg = _LONG.sub(_short, svg)
    return re.sub(r"\s*\n\s*", " ", svg).replace("> <", "><").replace(' "', '"').strip()


def _short(match):
    value = float(match.group())
    # scales of glyphs are small numbers that multiply: they keep their digits
    return match.group() if abs(value) < 0.05 else f"{value:.2f}".rstrip("0").rstrip(".")
