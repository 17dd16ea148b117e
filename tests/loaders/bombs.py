"""Files made to exhaust a reader: bombs of zip, entities, rows and columns, as bytes by name."""

import io
import zipfile

_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
    "</Types>"
)
_RELS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" Target="{}"/>{}</Relationships>'
)
_STRINGS = (
    '<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" '
    'Target="sharedStrings.xml"/>'
)
_BOOK = (
    '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
_SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
LAUGHS = '<!DOCTYPE x [<!ENTITY a0 "ha">' + "".join(
    f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10)
)  # fmt: skip


def book(chunks, strings=(), head="", dimension=""):
    """A workbook with one sheet, written from pieces so that it need not fit into memory."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as z:
        z.writestr("[Content_Types].xml", _TYPES)
        z.writestr("_rels/.rels", _RELS.format("officeDocument", "xl/workbook.xml", ""))
        z.writestr(
            "xl/_rels/workbook.xml.rels",
            _RELS.format("worksheet", "worksheets/sheet1.xml", _STRINGS if strings else ""),
        )
        z.writestr("xl/workbook.xml", _BOOK)
        with z.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as f:
            said = f'<dimension ref="{dimension}"/><sheetData>' if dimension else "<sheetData>"
            f.write(f'<?xml version="1.0"?>{head}{_SHEET.replace("<sheetData>", said)}'.encode())
            for chunk in chunks:
                f.write(chunk.encode())
            f.write(b"</sheetData></worksheet>")
        if strings:
            with z.open("xl/sharedStrings.xml", "w", force_zip64=True) as f:
                for chunk in strings:
                    f.write(chunk.encode())
    return out.getvalue()


def members(data, count):
    """A workbook with many empty members more."""
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as z:
        for i in range(count):
            z.writestr(f"xl/media/{i}.bin", b"")
    return out.getvalue()


def text(ref, value):
    """A cell with its text in it."""
    return f'<c r="{ref}" t="inlineStr"><is><t>{value}</t></is></c>'


def ten_rows(styled=0):
    """A sheet of 1,048,575 rows of which ten are used; ``styled`` empty cells stand in each of the others."""
    names = ["Kabupaten/Kota", "Boalemo", "Gorontalo", "Pohuwato", "Bone Bolango", "Gorontalo Utara", "Kota Gorontalo"]
    used = {1: text("A1", names[0]) + '<c r="B1"><v>2023</v></c>'}
    for i, name in enumerate(names[1:], 2):
        used[i] = text(f"A{i}", name) + f'<c r="B{i}"><v>{10 + i / 4}</v></c>'
    used[9] = text("A9", "Provinsi Gorontalo") + '<c r="B9"><v>15.15</v></c>'
    used[10] = text("A10", "Sumber: BPS")
    used[1_048_575] = text("A1048575", "Catatan: Maret")
    for start in range(1, 1_048_576, 5_000):
        yield "".join(
            f'<row r="{r}">{used.get(r) or "".join(f"""<c r="{c}{r}" s="0"/>""" for c in "ABCDEFGH"[:styled])}</row>'
            for r in range(start, min(start + 5_000, 1_048_576))
            if styled or r in used
        )


def all_bombs():
    """Name -> function that makes the bytes."""
    line = "Boalemo," + ",".join(["1.5"] * 1_000_000)
    small = "".join(
        f'<row r="{r}">{text(f"A{r}", name)}<c r="B{r}"><v>{value}</v></c></row>'
        for r, (name, value) in enumerate([("Kabupaten/Kota", 2023), ("Boalemo", 18.38), ("Gorontalo", 17.48)], 1)
    )
    plain = "Kabupaten/Kota,2023\r\nBoalemo,18.38\rGorontalo,17.48\nPohuwato,17.87\r\r\nBone Bolango,15.6\n"
    return {
        "zip.xlsx": lambda: book("<row>" + " " * 1_000_000 + "</row>" for _ in range(400)),
        "strings.xlsx": lambda: book([text("A1", "x")], ["<sst>", *("<si><t>" + "x" * 1_000_000 + "</t></si>" for _ in range(350)), "</sst>"]),
        "many strings.xlsx": lambda: book([text("A1", "x")], ["<sst>", *("<si><t>a</t></si>" * 100_000 for _ in range(80)), "</sst>"]),
        "entities.xlsx": lambda: book(['<row r="1">' + text("A1", "&a9;") + '<c r="B1"><v>1</v></c></row>'], head=LAUGHS + "]>"),
        "entities strings.xlsx": lambda: book(['<row r="1"><c r="A1" t="s"><v>0</v></c></row>'], [f"{LAUGHS}]><sst><si><t>&a9;</t></si></sst>"]),
        "entities.xml": lambda: (f'<?xml version="1.0"?>{LAUGHS}]><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
                                 'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="S"><Table><Row><Cell><Data ss:Type="String">'
                                 "&a9;</Data></Cell></Row></Table></Worksheet></Workbook>").encode(),
        "outside.xml": lambda: b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]><Workbook xmlns="urn:schemas-microsoft-com:office:'
                               b'spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="S"><Table><Row><Cell><Data '
                               b'ss:Type="String">&f;</Data></Cell></Row></Table></Worksheet></Workbook>',
        "entities.html": lambda: f"{LAUGHS}]><html><body><table><tr><td>&a9;</td><td>1</td></tr></table></body></html>".encode(),
        "columns.csv": lambda: f"Kabupaten/Kota,{line}\n{line}\n".encode(),
        "columns.html": lambda: b"<html><table>" + b"<tr><td>Boalemo</td>" + b"<td>1</td>" * 1_000_000 + b"</tr></table></html>",
        "span.html": lambda: b"<html><table>" + b"<tr><td colspan='1000000' rowspan='1000000'>1</td></tr>" * 3_000 + b"</table></html>",
        "columns.xlsx": lambda: book(f'<row r="{r}">{text(f"A{r}", "Boalemo")}<c r="XFD{r}"><v>{r}</v></c></row>' for r in range(1, 3_000)),
        "deep.html": lambda: b"<html>" + b"<div>" * 200_000 + b"<table><tr><td>Boalemo</td><td>1</td></tr></table>",
        "tables.html": lambda: b"<html>" + b"<table><tr><td>" * 20_000 + b"1",
        "rows.csv": lambda: b"Kabupaten/Kota,2023\n" + b"Boalemo,18.38\n" * 1_500_000,
        "labels.csv": lambda: b"Kabupaten/Kota,2023\n" + b"".join(b"Kabupaten %d Utara,18.38\n" % i for i in range(99_000)),
        "blocks.csv": lambda: b"Kabupaten/Kota,2023\nBoalemo,18.38\nCatatan,\n" * 33_000,
        "headings.csv": lambda: b"".join(b"Judul %d,Kolom %d\n" % (i, i) for i in range(99_000)) + b"Boalemo,1.5\n",
        "quotes.csv": lambda: b'Kabupaten/Kota,2023\n"Boalemo' + b",1.5\n" * 3_000_000,
        "digits.csv": lambda: b"Kabupaten/Kota,2023\nBoalemo," + b"1" * 5_000_000 + b"\nGorontalo," + b"1." * 2_000_000 + b"\n",
        "spaces.csv": lambda: b"Kabupaten/Kota,2023\nBoalemo" + b" " * 5_000_000 + b"x,1.5\n",
        "row of a million.xlsx": lambda: book([f'<row r="1">{text("A1", "Boalemo")}', *("<c><v>1.5</v></c>" * 10_000 for _ in range(100)), "</row>"]),
        "cell.xlsx": lambda: book(['<row r="1"><c r="A1" t="inlineStr"><is><t>', *("7" * 1_000_000 for _ in range(50)), "</t></is></c></row>"]),
        "cell.csv": lambda: b"Kabupaten/Kota,2023\nBoalemo," + b"7" * 50_000_000 + b"\n",
        "cell.html": lambda: b"<html><table><tr><td>Boalemo</td><td>" + b"7" * 50_000_000 + b"</td></tr></table></html>",
        "one span.html": lambda: b"<html><table><tr><td>Boalemo</td><td colspan=1000000000>1</td></tr></table></html>",
        "cells in cells.html": lambda: b"<html><table><tr>" + b"<td><table><tr>" * 3_000 + b"<td>1",
        "lines that double.xml": lambda: b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "' + b"7" * 50_000 + b'">]><html><table><tr><td>'
                                         + b"&a;" * 50_000 + b"</td></tr></table></html>",
        "members.xlsx": lambda: members(book([small]), 60_000),
        "claims little.xlsx": lambda: book([small], dimension="A1:A1"),
        "claims all.xlsx": lambda: book([small], dimension="A1:XFD1048576"),
        "unmarked.csv": lambda: plain.encode("utf-16-le"),
        "mixed lines.csv": plain.encode,
        "nul.csv": lambda: plain.replace("Bone", "Bone\0").encode(),
    }  # fmt: skip


READ = (
    "labels.csv",
    "claims little.xlsx",
    "claims all.xlsx",
    "unmarked.csv",
    "mixed lines.csv",
)
