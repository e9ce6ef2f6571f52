"""Custom number formats that Excel can read (18.8.30)."""

from __future__ import annotations

import re

LONGEST, MOST_SECTIONS = 255, 4
TOKEN = re.compile(
    r"""
    "[^"]*"                         # a text
  | \\. | _. | \*.                  # a literal, a space of a character's width, a filler
  | \[\$[^\]]*\]                    # currency and locale
  | \[(?:<=|>=|<>|<|>|=)\s*-?[0-9.]+(?:E[+-]?\d+)?\]
  | \[(?:black|blue|cyan|green|magenta|red|white|yellow|colou?r\s*\d{1,2}|h+|m+|s+|dbnum\d|natnum\d+|ss+\.?0*)\]
  | general | am/pm | a/p | e[+-]   # words and the exponent
  | [ymdhsbge]+                     # dates and times (b, e, g: eras)
  | [0-9#?@.,/%]
  | [-+$():!^&'~{}<>=\s|]           # what is shown as it is
  | [^\x00-\x7f]
    """,
    re.VERBOSE | re.IGNORECASE,
)


def fault_of(code: str) -> str | None:
    """What is wrong with a number format; None where nothing is.

    >>> fault_of('#,##0_);(#,##0);"–"_)'), fault_of('[>10]"n.m.";0.0%')
    (None, None)
    >>> fault_of('0.0" months'), fault_of("0.0 kg"), fault_of("0;0;0;@;0")
    ('a text is not closed', 'it holds k outside of quotes', 'it has 5 sections; 4 are allowed')
    """
    if not code:
        return "it is empty"
    if len(code) > LONGEST:
        return f"it has {len(code)} characters; {LONGEST} are allowed"
    at, sections = 0, 1
    while at < len(code):
        if code[at] == ";":
            sections += 1
            at += 1
            continue
        match = TOKEN.match(code, at)
        if match is None:
            if code[at] == '"':
                return "a text is not closed"
            if code[at] == "[":
                return "it holds brackets with something unknown in them"
            if code[at] in "\\_*":
                return f"it ends with {code[at]}"
            return f"it holds {code[at]} outside of quotes"
        at = match.end()
    return f"it has {sections} sections; {MOST_SECTIONS} are allowed" if sections > MOST_SECTIONS else None
