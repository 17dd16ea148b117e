"""A part of a brief that stands on its own: a heading, sentences, a few numbers, a picture."""

from dataclasses import dataclass

MIME = "application/vnd.ucj-brief+json"  # marks an output as a part of the page and says where it goes


@dataclass(frozen=True)
class Section:
    """What a section shows; every figure in it has passed through `quantity.Voice`.

    A section is made by a function ``(inputs, facts, voice, lang) -> Section or None`` in a module of its own, listed
    in `content.SECTIONS`; None leaves it out.

    Attributes
    ----------
    id : str
        Name of the section in the page: lower-case letters and hyphens.
    heading : str
    paragraphs : tuple of Markup
    numbers : tuple of (label, figure, note)
        The large numbers of a box, with their ranges and dates.
    picture : dict, optional
        As `page.picture` returns it.
    """

    id: str
    heading: str
    paragraphs: tuple = ()
    numbers: tuple = ()
    picture: dict | None = None


@dataclass(frozen=True, eq=False)
class Part:
    """A rendered part of a brief, as a cell of the notebook shows it.

    Attributes
    ----------
    html : str
    text : str
        What is read where HTML is not shown.
    place : {"head", "main", "foot"}
    about : dict
        For the head of the page: title, lang, description.
    """

    html: str
    text: str
    place: str = "main"
    about: dict | None = None

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": str(self.html), "text/plain": self.text, MIME: {"place": self.place, **(self.about or {})}}
