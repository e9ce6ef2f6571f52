"""How wide a text is in Calibri, in Excel's pixels.

The advances are those of Carlito, which was drawn to Calibri's metrics and is free.
"""

from __future__ import annotations

import math
from functools import lru_cache

_REGULAR = {
    452: "'", 463: " ", 470: "ilìíîï", 490: "j", 504: "¹", 511: ",’", 516: "IÌÍÎÏ", 517: ".·", 548: ":;", 596: "`",
    621: "()", 625: "f", 627: "-", 628: "[]", 644: "{}", 653: "J", 667: "!¡", 685: "³", 686: "t",
    688: "²", 694: "°", 714: "r", 791: "/\\", 801: "sš", 804: "¨", 807: "¯", 809: "zž", 821: '"', 824: "ª", 857: "“”",
    861: "L", 865: "º", 866: "cç", 887: "x", 925: "v", 927: "yýÿ", 931: "k", 941: "FSŠ", 943: "|", 949: "?¿",
    959: "ZŽ", 964: "g", 981: "aàáâãäå", 998: "TYÝ", 1000: "EÈÉÊË", 1019: "eèéêë", 1020: "#*+<=>^_~¢¤¦§¬±×÷–•−≥≤",
    1038: "$0123456789£¥®€", 1049: "«»", 1058: "PÞ", 1063: "X", 1064: "K", 1076: "bdhnpquðñùúûüþ", 1080: "oßòóôõö",
    1084: "ø", 1092: "CÇ", 1112: "R", 1114: "B", 1126: "µ", 1162: "V", 1185: "AÀÁÂÃÄÅ", 1200: "¶", 1260: "D",
    1276: "H", 1279: "Ð", 1292: "G", 1303: "¼", 1314: "UÙÚÛÜ", 1322: "NÑ", 1356: "OÒÓÔÕÖ", 1359: "Ø", 1375: "½",
    1378: "Q", 1383: "¾", 1397: "&", 1414: "…", 1464: "%w", 1563: "Æ", 1583: "æ", 1636: "m", 1709: "©", 1740: "œ",
    1751: "M", 1775: "Œ", 1822: "W", 1831: "@", 1854: "—→",
}  # fmt: skip
"""Advances of the letters, in 2,048ths of the font's size."""
_BOLD = {
    463: " ", 478: "'", 503: "ilìíîï", 517: "¹", 523: "j", 528: ",’", 546: "IÌÍÎÏ", 547: ".", 548: "·", 565: ":;",
    615: "`", 627: "-", 638: "()", 648: "f", 665: "[]", 667: "!¡", 678: "J", 688: "³", 692: "²",
    701: "°", 704: "{}", 710: "t", 728: "r", 799: "¯", 814: "zž", 817: "sš", 849: "¨", 852: "ª", 857: "cç", 866: "L",
    880: "/\\", 891: "º“”", 898: '"', 940: "F", 941: "x", 949: "?¿", 968: "SŠ", 969: "v", 970: "yýÿ", 971: "g",
    973: "|", 979: "ZŽ", 983: "k", 999: "EÈÉÊË", 1011: "aàáâãäå", 1014: "T", 1020: "#*+<=>^_~¢¤¦§¬±×÷–•−≥≤",
    1031: "eèéêë", 1038: "$0123456789£¥®€", 1064: "YÝ", 1084: "CÇ", 1090: "PÞ", 1099: "bdhnpquðñùúûüþ",
    1101: "oòóôõö", 1103: "«»", 1114: "ø", 1120: "K", 1128: "X", 1136: "ß", 1148: "B", 1153: "R", 1154: "µ",
    1211: "V", 1224: "¶", 1241: "AÀÁÂÃÄÅ", 1291: "D", 1292: "H", 1305: "G", 1309: "Ð", 1337: "UÙÚÛÜ", 1347: "¼",
    1349: "NÑ", 1385: "OÒÓÔÕÖ", 1394: "Ø", 1405: "Q", 1415: "½", 1437: "¾", 1443: "&", 1457: "…", 1493: "%",
    1526: "w", 1587: "æ", 1588: "Æ", 1666: "m", 1709: "©", 1726: "œ", 1790: "MŒ", 1840: "@", 1854: "—→", 1856: "W",
}  # fmt: skip
"""The same of the bold letters."""
_UNKNOWN, _WIDE = 1_100, 2_048
"""Of a letter that is not in the table, and of one of the wide scripts, which are as wide as high."""
_FIRST_WIDE = "\u1100"
_UNITS = 2_048
PIXELS_OF_A_POINT = 96 / 72
PIXELS_OF_A_DIGIT = 7
"""What Excel counts a column's width in: the digits of Calibri 11."""
PADDING = 5
"""Pixels of a column that no number may take: two on either side, and the line."""
RESERVE = 1.04
"""Excel fits letters to whole pixels, which makes some texts wider than their letters are drawn."""

_ADVANCES = {
    bold: {letter: advance for advance, letters in table.items() for letter in letters}
    for bold, table in ((False, _REGULAR), (True, _BOLD))
}


@lru_cache(20_000)  # the labels of a sheet are those of the next one too
def text_width(text: str, size: float, bold: bool = False) -> float:
    """The pixels that a line of text takes.

    size : of its letters, in points.

    >>> round(text_width("1,000,000", 11), 1), round(text_width("1,000,000", 11, bold=True), 1)
    (59.4, 59.6)
    """
    known = _ADVANCES[bold]
    units = sum(known.get(letter) or (_WIDE if letter >= _FIRST_WIDE else _UNKNOWN) for letter in text)
    return units / _UNITS * size * PIXELS_OF_A_POINT


def width_for(pixels: float) -> float:
    """The width of a column, as a file states it, for so many pixels of a number.

    >>> width_for(text_width("1,000,000", 11))
    9.54
    """
    return math.ceil((pixels * RESERVE + PADDING) / PIXELS_OF_A_DIGIT * 100) / 100


def pixels_of(width: float) -> int:
    """The whole pixels of a column (18.3.1.13).

    >>> pixels_of(9.14), pixels_of(20)
    (64, 140)
    """
    return int(width * PIXELS_OF_A_DIGIT + 0.5)


@lru_cache(20_000)
def lines_of(text: str, pixels: float, size: float, bold: bool = False) -> int:
    """The lines that a text takes where it is wrapped.

    pixels : the room of a line.
    size : of its letters, in points.

    >>> lines_of("Price of a million prompt tokens; empty: the baseline's.", 200, 9)
    2
    """
    return sum(_lines_of(paragraph.split(" "), pixels, size, bold) for paragraph in text.split("\n"))


def _lines_of(words: list[str], pixels: float, size: float, bold: bool) -> int:
    space = text_width(" ", size, bold)
    lines, at = 1, 0.0
    for word in words:
        own = text_width(word, size, bold)
        if at and at + space + own > pixels:
            lines, at = lines + 1, own
        else:
            at += own + (space if at else 0)
        lines, at = lines + int(at // pixels), at % pixels if at > pixels else at  # a word longer than a line
    return lines
