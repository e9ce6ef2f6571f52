"""What a message says, written once, in blocks, and printed as text and HTML."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from roi_engine.errors import cleaned

WIDTH = 76
_FONT = "font-family: Calibri, Arial, sans-serif; font-size: 11pt; color: #1F1F1F"
_CELL = "padding: 4px 16px 4px 0; border-bottom: 1px solid #C9CED4; text-align: left"


@dataclass(frozen=True)
class Paragraph:
    """A few sentences; strong ones stand out."""

    text: str
    strong: bool = False


@dataclass(frozen=True)
class Figures:
    """Label, figure, and what it is, in columns."""

    rows: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class Steps:
    """What to do, in order; or points, in any."""

    points: Sequence[str]
    numbered: bool = True


@dataclass(frozen=True)
class Picture:
    """A picture that comes with the message, and what it shows in words."""

    content: bytes
    content_id: str
    words: str
    width: int
    height: int


Block = Paragraph | Figures | Steps | Picture


def as_text(blocks: Sequence[Block]) -> str:
    """The letter as plain text; a picture is left to those who can show it.

    >>> print(as_text([Paragraph("Hello Anna,"), Figures([("NPV", "12.00 EUR", "at 10 % a year")])]))
    Hello Anna,
    <BLANKLINE>
      NPV  12.00 EUR  at 10 % a year
    <BLANKLINE>
    """
    return "\n\n".join(filter(None, map(_text_of, blocks))) + "\n"


def _text_of(block: Block) -> str:
    if isinstance(block, Paragraph):
        return textwrap.fill(cleaned(block.text), WIDTH, break_long_words=False, break_on_hyphens=False)
    if isinstance(block, Figures):
        widths = [max(len(cleaned(cell)) for cell in column) for column in zip(*block.rows, strict=True)]
        lines = [
            "  ".join(f"{cleaned(cell):<{width}}" for cell, width in zip(row, widths, strict=True))
            for row in block.rows
        ]
        return "\n".join(f"  {line}".rstrip() for line in lines)
    if isinstance(block, Steps):
        lines = []
        for number, point in enumerate(block.points, start=1):
            sign = f"{number}. " if block.numbered else "- "
            lines.append(
                textwrap.fill(
                    cleaned(point),
                    WIDTH,
                    initial_indent=sign,
                    subsequent_indent=" " * len(sign),
                    break_long_words=False,
                    break_on_hyphens=False,
                )
            )
        return "\n".join(lines)
    return ""


def as_html(blocks: Sequence[Block]) -> str:
    """The letter as HTML; whatever a block says is text, never a tag.

    >>> print(as_html([Paragraph("<b>5 > 4</b>")]))
    <!DOCTYPE html>
    <html lang="en"><head><meta charset="utf-8"></head>
    <body style="font-family: Calibri, Arial, sans-serif; font-size: 11pt; color: #1F1F1F">
    <p>&lt;b&gt;5 &gt; 4&lt;/b&gt;</p>
    </body></html>
    <BLANKLINE>
    """
    body = "\n".join(map(_html_of, blocks))
    head = '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"></head>'
    return f'{head}\n<body style="{_FONT}">\n{body}\n</body></html>\n'


def _html_of(block: Block) -> str:
    if isinstance(block, Paragraph):
        text = escape(cleaned(block.text))
        return f"<p><strong>{text}</strong></p>" if block.strong else f"<p>{text}</p>"
    if isinstance(block, Figures):
        rows = (
            f'<tr><th style="{_CELL}; font-weight: normal">{escape(cleaned(label))}</th>'
            f'<td style="{_CELL}"><strong>{escape(cleaned(figure))}</strong></td>'
            f'<td style="{_CELL}; color: #595959">{escape(cleaned(meaning))}</td></tr>'
            for label, figure, meaning in block.rows
        )
        return f'<table style="border-collapse: collapse; {_FONT}">\n' + "\n".join(rows) + "\n</table>"
    if isinstance(block, Steps):
        tag = "ol" if block.numbered else "ul"
        points = "\n".join(f"<li>{escape(cleaned(point))}</li>" for point in block.points)
        return f"<{tag}>\n{points}\n</{tag}>"
    return (
        f'<p><img src="cid:{escape(block.content_id)}" alt="{escape(cleaned(block.words))}" '
        f'width="{block.width}" height="{block.height}"></p>'
    )
