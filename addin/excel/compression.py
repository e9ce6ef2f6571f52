"""The compression of VBA source: [MS-OVBA] 2.4.1.

A container is a byte 0x01 and chunks of up to 4,096 bytes of text; a chunk is a header and sequences of a flag byte
with eight tokens, each a byte as it is or a copy of bytes that came before in the same chunk.
"""

from __future__ import annotations

import struct

CHUNK = 4096
SIGNATURE = b"\x01"
COMPRESSED, RAW = 0xB000, 0x3000
"""The flags and the signature of a chunk's header (2.4.1.1.5); its lower twelve bits are the size less three."""
SHORTEST_COPY = 3


def compress(text: bytes) -> bytes:
    """The container of a text.

    A last chunk that cannot be made smaller than 4,096 bytes is padded with zeros, as the format has it
    (2.4.1.3.10); no readable text is such a chunk.

    >>> compress(b"#aaabcdefaaaa").hex(" ")
    '01 0d b0 00 23 61 61 61 62 63 64 65 02 66 00 70 61'
    """
    return SIGNATURE + b"".join(_chunk(text[start : start + CHUNK]) for start in range(0, len(text), CHUNK))


def _chunk(text: bytes) -> bytes:
    """2.4.1.3.7, Compressing a DecompressedChunk."""
    tokens = _token_sequences(text)
    if len(tokens) > CHUNK - 1:
        return struct.pack("<H", RAW | CHUNK - 1) + text.ljust(CHUNK, b"\0")
    return struct.pack("<H", COMPRESSED | len(tokens) - 1) + tokens


def _token_sequences(text: bytes) -> bytes:
    """2.4.1.3.8: flag bytes and tokens; bit n says that token n is a copy."""
    written = bytearray()
    seen: dict[bytes, list[int]] = {}
    position = count = flag_at = 0
    while position < len(text):
        if count % 8 == 0:
            flag_at = len(written)
            written.append(0)
        offset, length = _longest_match(text, position, seen)
        if length:
            written[flag_at] |= 1 << count % 8
            written += struct.pack("<H", _copy_token(position, offset, length))
        else:
            length = 1
            written.append(text[position])
        for at in range(position, position + length):
            seen.setdefault(text[at : at + SHORTEST_COPY], []).append(at)
        position += length
        count += 1
    return bytes(written)


def _longest_match(text: bytes, position: int, seen: dict[bytes, list[int]]) -> tuple[int, int]:
    """2.4.1.3.19.4, Matching: how far back the longest equal bytes lie, and how long.

    Of several the nearest.
    """
    most = min(_longest_copy(position), len(text) - position)
    best, best_length = 0, 0
    for candidate in reversed(seen.get(text[position : position + SHORTEST_COPY], ())):
        length = 0
        while length < most and text[candidate + length] == text[position + length]:
            length += 1
        if length > best_length:
            best, best_length = candidate, length
            if length == most:
                break
    return (position - best, best_length) if best_length >= SHORTEST_COPY else (0, 0)


def _offset_bits(position: int) -> int:
    """2.4.1.3.19.1, CopyToken Help: the bits of the offset, at least 4.

    As many as reach back to the start.
    """
    return max(4, (position - 1).bit_length())


def _longest_copy(position: int) -> int:
    return (0xFFFF >> _offset_bits(position)) + SHORTEST_COPY


def _copy_token(position: int, offset: int, length: int) -> int:
    """2.4.1.3.19.3, Pack CopyToken."""
    return (offset - 1) << (16 - _offset_bits(position)) | (length - SHORTEST_COPY)
