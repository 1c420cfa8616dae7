"""Writes and reads safetensors: 8 bytes of little-endian header length, a JSON header, the tensors without gaps."""
import json

import numpy as np

DTYPES = {"F64": "<f8", "F32": "<f4", "I64": "<i8", "U8": "|u1"}


def write(path, tensors, metadata):
    """`tensors` {name: numpy array}, `metadata` {str: str}. Widest type first, so that every tensor lies aligned."""
    names = {np.dtype(numpy_name): name for name, numpy_name in DTYPES.items()}
    header, offset = {"__metadata__": metadata}, 0
    order = sorted(tensors, key=lambda name: (-tensors[name].itemsize, name))
    for name in order:
        array = tensors[name]
        header[name] = {"dtype": names[array.dtype], "shape": list(array.shape),
                        "data_offsets": [offset, offset + array.nbytes]}
        offset += array.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for name in order:
            file.write(tensors[name].tobytes())  # C order, whatever the strides


def read(path):
    """Returns ({name: numpy array}, metadata)."""
    data = open(path, "rb").read()
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = (start + at for at in entry["data_offsets"])
        tensors[name] = np.frombuffer(data[begin:end], DTYPES[entry["dtype"]]).reshape(entry["shape"])
    return tensors, metadata
