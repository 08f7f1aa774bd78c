"""Add to a TFLite model the metadata that says how its input image is normalised.

MediaPipe's Tasks API refuses a model without it, and the published BlazePose weights have
none. A TFLite file is a FlatBuffer: tables that point forward to each other by relative
offsets. So the original file can stay as it is, byte for byte, behind a new root table put
in front of it, which lists one buffer and one metadata entry more than the old one.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

ENTRY_NAME = b"TFLITE_METADATA"

# Fields of the TFLite schema's root table `Model`, by their number.
VERSION, BUFFERS, METADATA = 0, 4, 6
ROOT_FIELDS = 8

# Models are memory-mapped: data is read in place, so it has to lie on these boundaries.
BUFFER_ALIGNMENT = 16
FILE_ALIGNMENT = 64


def image_metadata(name: str, mean: float, std: float, lowest: float, highest: float) -> bytes:
    """Describe a model whose only input is one RGB image.

    Parameters
    ----------
    name : str
        Name of the model, ASCII, at most 19 characters (the layout below is fixed).
    mean, std : float
        The model expects (pixel - mean) / std, pixels running from 0 to 255.
    lowest, highest : float
        What pixels 0 and 255 become.

    Returns
    -------
    bytes
        A FlatBuffer of type ``ModelMetadata``.
    """
    # Each row is one piece, at the byte offset given in front of it; `->` says where an
    # offset points to. A vtable holds its own size, its table's size, and the place of each
    # field within the table (0: absent). A table starts with the distance to its vtable.
    return b"".join(
        (
            struct.pack("<I4s", 28, b"M001"),  # 0: root table -> 28, file identifier
            struct.pack("<10H", 20, 16, 12, 0, 0, 8, 0, 0, 0, 4),  # 8: vtable of ModelMetadata
            struct.pack("<iIII", 20, 12, 20, 232),  # 28: parser version -> 44, graphs -> 56, name -> 272
            struct.pack("<I8s", 5, b"1.0.0"),  # 44: oldest parser that understands this
            struct.pack("<II", 1, 16),  # 56: one graph -> 76
            struct.pack("<6H", 12, 12, 0, 0, 8, 4),  # 64: vtable of SubGraphMetadata
            struct.pack("<iII", 12, 8, 8),  # 76: outputs -> 88, inputs -> 92
            struct.pack("<I", 0),  # 88: no output is described
            struct.pack("<II", 1, 20),  # 92: one input -> 116
            struct.pack("<8H", 16, 20, 16, 0, 0, 12, 8, 4),  # 100: vtable of TensorMetadata
            struct.pack("<iIIII", 16, 16, 40, 108, 128),  # 116: stats, process units, content, name
            struct.pack("<iII", 136 - 192, 8, 12),  # 136: Stats, sharing the vtable at 192
            struct.pack("<IfIf", 1, lowest, 1, highest),  # 148: minima, maxima
            struct.pack("<II", 1, 12),  # 164: one process unit -> 180
            struct.pack("<4H", 8, 12, 11, 4),  # 172: vtable of ProcessUnit
            struct.pack("<iI3xB", 8, 16, 1),  # 180: options -> 200, of type NormalizationOptions
            struct.pack("<4H", 8, 12, 8, 4),  # 192: vtable of NormalizationOptions
            struct.pack("<iII", 8, 8, 12),  # 200: std -> 212, mean -> 220
            struct.pack("<IfIf", 1, std, 1, mean),  # 212: one value each for all channels
            struct.pack("<4H", 8, 10, 9, 4),  # 228: vtable of Content
            struct.pack("<iIxB", 8, 12, 2),  # 236: properties -> 252, of type ImageProperties
            struct.pack("<3H", 6, 8, 7),  # 246: vtable of ImageProperties
            struct.pack("<i3xB", 6, 1),  # 252: colour space RGB
            struct.pack("<I8s", 5, b"image"),  # 260: name of the input
            struct.pack("<I20s", len(name), name.encode("ascii")),  # 272: name of the model
        )
    )


class _RootTable:
    """Reads the root table of a TFLite file."""

    def __init__(self, model: bytes) -> None:
        if model[4:8] != b"TFL3":
            raise ValueError("not a TFLite model")
        self._model = model
        self._start = self.u32(0)
        self._vtable = self._start - struct.unpack_from("<i", model, self._start)[0]
        self._field_count = (self._u16(self._vtable) - 4) // 2

    def _u16(self, at: int) -> int:
        return int(struct.unpack_from("<H", self._model, at)[0])

    def u32(self, at: int) -> int:
        """Read the unsigned 32-bit number at a position of the file."""
        return int(struct.unpack_from("<I", self._model, at)[0])

    def field(self, number: int) -> int | None:
        """Position of a field's own value, None when the file does not have it."""
        if number >= self._field_count:
            return None
        within_table = self._u16(self._vtable + 4 + 2 * number)
        return self._start + within_table if within_table else None

    def target(self, number: int) -> int | None:
        """Position of what an offset field points to, None when the field is absent."""
        at = self.field(number)
        return None if at is None else at + self.u32(at)

    def table_positions(self, number: int) -> list[int]:
        """Positions of the tables that a vector field lists."""
        vector = self.target(number)
        if vector is None:
            return []
        slots = range(vector + 4, vector + 4 + 4 * self.u32(vector), 4)
        return [slot + self.u32(slot) for slot in slots]


@dataclass(frozen=True)
class _Layout:
    """Byte positions of the pieces of the new head; the old file starts at ``old_file``."""

    root_vtable: int
    root: int
    buffers: int
    entries: int
    entry_vtable: int
    entry: int
    entry_name: int
    buffer_vtable: int
    buffer: int
    data: int
    old_file: int

    @classmethod
    def plan(cls, buffer_count: int, entry_count: int, data_size: int) -> _Layout:
        """Place the pieces one behind the other, every one on a multiple of 4 bytes."""
        root_vtable = 8
        root = root_vtable + 4 + 2 * ROOT_FIELDS
        buffers = root + 4 + 4 * ROOT_FIELDS
        entries = buffers + 4 + 4 * (buffer_count + 1)
        entry_vtable = entries + 4 + 4 * (entry_count + 1)
        entry = entry_vtable + 8
        entry_name = entry + 12
        buffer_vtable = entry_name + 4 + _round_up(len(ENTRY_NAME) + 1, 4)
        buffer = buffer_vtable + 8
        # A vector starts with its length: it is the first byte after it that is aligned.
        data = _round_up(buffer + 8 + 4, BUFFER_ALIGNMENT) - 4
        old_file = _round_up(data + 4 + data_size, FILE_ALIGNMENT)
        return cls(
            root_vtable, root, buffers, entries, entry_vtable, entry,
            entry_name, buffer_vtable, buffer, data, old_file,
        )  # fmt: skip


def _round_up(size: int, multiple: int) -> int:
    return -(-size // multiple) * multiple


def add_metadata(model: bytes, metadata: bytes) -> bytes:
    """Attach metadata to a TFLite model.

    Parameters
    ----------
    model : bytes
        A TFLite file.
    metadata : bytes
        What `image_metadata` returned.

    Returns
    -------
    bytes
        A TFLite file that ends with ``model``, unchanged.

    Raises
    ------
    ValueError
        If ``model`` is not a TFLite file.
    """
    old = _RootTable(model)
    buffers, entries = old.table_positions(BUFFERS), old.table_positions(METADATA)
    place = _Layout.plan(len(buffers), len(entries), len(metadata))
    head = bytearray(place.old_file)
    _put_root(head, old, place)
    _put_vector(head, place.buffers, [*(place.old_file + b for b in buffers), place.buffer])
    _put_vector(head, place.entries, [*(place.old_file + e for e in entries), place.entry])
    _put_entry(head, place, buffer_number=len(buffers))
    struct.pack_into("<3H", head, place.buffer_vtable, 6, 8, 4)
    struct.pack_into(
        "<iI", head, place.buffer, place.buffer - place.buffer_vtable, place.data - (place.buffer + 4)
    )
    struct.pack_into(f"<I{len(metadata)}s", head, place.data, len(metadata), metadata)
    return bytes(head) + model


def _put_root(head: bytearray, old: _RootTable, place: _Layout) -> None:
    """Write the new root table: the old fields, but with the two longer vectors."""
    struct.pack_into("<I4s", head, 0, place.root, b"TFL3")
    struct.pack_into("<HH", head, place.root_vtable, 4 + 2 * ROOT_FIELDS, 4 + 4 * ROOT_FIELDS)
    struct.pack_into("<i", head, place.root, place.root - place.root_vtable)
    replaced = {BUFFERS: place.buffers, METADATA: place.entries}
    for number in range(ROOT_FIELDS):
        at = place.root + 4 + 4 * number
        old_value, old_target = old.field(number), old.target(number)
        if number in replaced:
            value = replaced[number] - at
        elif old_value is None or old_target is None:
            continue
        elif number == VERSION:
            value = old.u32(old_value)
        else:
            value = place.old_file + old_target - at
        struct.pack_into("<H", head, place.root_vtable + 4 + 2 * number, at - place.root)
        struct.pack_into("<I", head, at, value)


def _put_vector(head: bytearray, at: int, targets: list[int]) -> None:
    """Write a vector of offsets to the tables at ``targets``."""
    struct.pack_into("<I", head, at, len(targets))
    for slot, target in zip(range(at + 4, at + 4 + 4 * len(targets), 4), targets, strict=True):
        struct.pack_into("<I", head, slot, target - slot)


def _put_entry(head: bytearray, place: _Layout, buffer_number: int) -> None:
    """Write the Metadata table: a name, and the number of the buffer that it names."""
    struct.pack_into("<4H", head, place.entry_vtable, 8, 12, 4, 8)
    to_name = place.entry_name - (place.entry + 4)
    struct.pack_into("<iII", head, place.entry, place.entry - place.entry_vtable, to_name, buffer_number)
    size = len(ENTRY_NAME)
    struct.pack_into(f"<I{size}s", head, place.entry_name, size, ENTRY_NAME)
