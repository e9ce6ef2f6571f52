"""The letter that brings a template: what is asked, and how to send it back."""

from __future__ import annotations

from addin.mail.letter import Block, Paragraph, Steps
from roi_engine import INPUTS
from roi_engine.scenario import REFERENCE_INPUTS
from templates.building.book import Edition

_ANSWER = "The first sheet, Summary, shows the answer once nothing is missing."
_ONLY_IN_NEW_EXCELS = (
    "It does so in Excel 365 and Excel 2024; LibreOffice shows errors there, and your figures count all the same."
)


def template_letter(*, greeting: str, note: str, file: str, currency: str, edition: Edition) -> list[Block]:
    """The letter's blocks.

    note : the sender's own words, or nothing.
    file : what the workbook is called.
    """
    answer = f"{_ANSWER} {_ONLY_IN_NEW_EXCELS}" if edition == "lambda" else _ANSWER
    asked = [f"{INPUTS[name].label} ({INPUTS[name].quantity.unit_in(currency)})" for name in REFERENCE_INPUTS]
    blocks: list[Block] = [Paragraph(greeting)]
    if note:
        blocks.append(Paragraph(note))
    return [
        *blocks,
        Paragraph(
            "Does it pay to fine-tune a model of our own, or should we keep paying for the API? The attached workbook, "
            f"{file}, works it out. It needs your figures: beside each cell stands an example that counts for nothing."
        ),
        Paragraph("What to do:", strong=True),
        Steps(
            [
                "Open the workbook: it opens on its sheet Inputs. The cells that are needed are red until they are "
                "filled in; each says what it takes when you select it.",
                'Type your figures into the column Value, under "Reference inputs": '
                f"{'; '.join(asked)}. For a share type 12% or 0.12.",
                "Go through the rows below them and change those that you know better. Leave the others as they are; "
                "an empty cell stands for its default.",
                "Where you are unsure, give Low and High beside the value. Source and Note are for where a figure "
                "comes from.",
                f"{answer} The workbook has no macro.",
                "Save it as an Excel workbook (.xlsx), answer this message, and attach the file.",
            ]
        ),
    ]
