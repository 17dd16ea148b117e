"""Small tables in every form in which BPS and its users hand them on, written byte by byte: no copy of anyone's file."""

import io
import struct

import openpyxl


def csv_bytes(rows, sep=",", *, bom=False, newline="\r\n", encoding="utf-8", lead=""):
    """Rows as CSV: cells with the separator, quotes or line ends in quotes."""

    def cell(c):
        c = str(c)
        return '"' + c.replace('"', '""') + '"' if any(x in c for x in (sep, '"', "\n")) else c

    text = lead + ("\ufeff" if bom else "") + newline.join(sep.join(map(cell, r)) for r in rows) + newline
    return text.encode(encoding)


def xlsx_bytes(sheets, merges=()):
    """Sheets {name: rows} as XLSX; ``merges`` are ranges of the first sheet. None leaves a cell out."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for r, row in enumerate(rows, 1):
            for c, value in enumerate(row, 1):
                if value not in (None, ""):
                    sheet.cell(r, c, value)
    for cells in merges:
        book.worksheets[0].merge_cells(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _record(kind, body):
    return struct.pack("<HH", kind, len(body)) + body


def _text(text, size="<H"):
    return struct.pack(size, len(text)) + b"\x01" + text.encode("utf-16-le")


def xls_bytes(sheets, merges=(), *, small=False):
    """Sheets as a true BIFF8 workbook in a compound file; ``merges`` of the first sheet as (row, row, column, column).

    A ``small`` one stands in the sectors of 64 bytes that small streams share.
    """
    start = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0x0DBB, 0x07CC, 0x41, 6)) + _record(
        0x42, struct.pack("<H", 1200)
    )
    parts = []
    for n, rows in enumerate(sheets.values()):
        width = max(map(len, rows))
        part = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0x0DBB, 0x07CC, 0x41, 6))
        part += _record(0x200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if value in (None, ""):
                    continue
                if isinstance(value, str):
                    part += _record(0x204, struct.pack("<HHH", r, c, 0) + _text(value))
                else:
                    part += _record(0x203, struct.pack("<HHHd", r, c, 0, value))
        if merges and n == 0:
            part += _record(0xE5, struct.pack("<H", len(merges)) + b"".join(struct.pack("<4H", *m) for m in merges))
        parts.append(part + _record(0x0A, b""))
    size = len(start) + sum(4 + 8 + 2 * len(name) for name in sheets) + 4
    bounds, at = b"", size
    for name, part in zip(sheets, parts, strict=True):
        bounds += _record(0x85, struct.pack("<IH", at, 0) + _text(name, "<B"))
        at += len(part)
    return (_compound_small if small else _compound)(start + bounds + _record(0x0A, b"") + b"".join(parts))


def _entry(name, kind, first, size, child=0xFFFFFFFF):
    raw = name.encode("utf-16-le")
    return (
        raw.ljust(64, b"\0") + struct.pack("<HBBIII", len(raw) + 2, kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
        + bytes(36) + struct.pack("<IQ", first, size)
    )  # fmt: skip


def _compound_small(stream):
    """The same for a stream of less than 4096 bytes: its sectors of 64 bytes lie in the stream of the root."""
    n, many = -(-len(stream) // 64), -(-len(stream) // 512)
    fat = struct.pack("<3I", 0xFFFFFFFD, 0xFFFFFFFE, 0xFFFFFFFE)
    fat += struct.pack(f"<{many}I", *(4 + i for i in range(many - 1)), 0xFFFFFFFE)
    small = struct.pack(f"<{n}I", *(1 + i for i in range(n - 1)), 0xFFFFFFFE)
    folder = _entry("Root Entry", 5, 3, 64 * n, 1) + _entry("Workbook", 2, 0, len(stream))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 2, 1, 0xFFFFFFFE, 0) + struct.pack("<I", 0).ljust(436, b"\xff")
    parts = (
        fat.ljust(512, b"\xff"),
        folder.ljust(512, b"\0"),
        small.ljust(512, b"\xff"),
        stream.ljust(many * 512, b"\0"),
    )
    return head + b"".join(parts)


def _compound(stream):
    """One stream "Workbook" in a compound file of 512-byte sectors."""
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    n = len(stream) // 512
    fats = -(-(n + 2) // 127)
    chain = [0xFFFFFFFD] * fats + [0xFFFFFFFE] + [fats + 2 + i for i in range(n - 1)] + [0xFFFFFFFE]
    fat = struct.pack(f"<{len(chain)}I", *chain).ljust(fats * 512, b"\xff")

    folder = _entry("Root Entry", 5, 0xFFFFFFFE, 0, 1) + _entry("Workbook", 2, fats + 1, len(stream))
    folder = folder.ljust(512, b"\0")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, fats, fats, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack(f"<{fats}I", *range(fats)).ljust(436, b"\xff")
    return head + fat + folder + stream


def _row(cells, tag="td"):
    out = ""
    for c in cells:
        text, across, down = (*c, 1, 1)[:3] if isinstance(c, tuple) else (c, 1, 1)
        spans = (f' colspan="{across}"' if across > 1 else "") + (f' rowspan="{down}"' if down > 1 else "")
        out += f"<{tag}{spans}>{text}</{tag}>"
    return f"<tr>{out}</tr>"


def html_split(corner, labels, header, values, *, ids=True):
    """The page that BPS saves as .xls: corner, labels, headings and values in four tables."""
    name = (lambda x: f' id="{x}"') if ids else (lambda x: "")
    body = (
        f"<table{name('tableLeftUp')}><tr><th rowspan='{len(header)}'>{corner}</th></tr></table>"
        f"<table{name('tableLeftBottom')}>{''.join(_row([x] if isinstance(x, str) else x) for x in labels)}</table>"
        f"<table{name('tableRightUp')}>{''.join(_row(h, 'th') for h in header)}</table>"
        f"<table{name('tableRightBottom')}>{''.join(map(_row, values))}</table>"
    )
    return f'<html xmlns:x="urn:schemas-microsoft-com:office:excel"><body><table><tr><td>{body}</td></tr></table></body></html>'.encode()


def html_page(rows, *, above="", heads=1, after=""):
    """A page with one table; cells may be (text, colspan, rowspan)."""
    inner = "".join(_row(r, "th" if i < heads else "td") for i, r in enumerate(rows))
    return f"<!DOCTYPE html><html><head><title>BPS</title></head><body>{above}<table>{inner}</table>{after}</body></html>".encode()
