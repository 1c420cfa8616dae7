"""The integer network a second time: reads a packed file as docs/packed-file.md says, computes as docs/integers.md says.

integers_twin.py MODEL.mog PICTURE.bmp [FOLDER]
    prints the class sums, one a line; with FOLDER, compares every layer with FOLDER/LAYER.npy, as `mog trace` writes them.

Nothing but Python's own library, and no line of the C++ code. The numbers in parentheses are those of docs/integers.md. A map
is a list of rows of pixels, a pixel a list of channels.
"""
import ast
import operator
import pathlib
import struct
import sys
import zlib

CONV, CFLOG, BLOCK, POOL, HEAD = 1, 2, 3, 4, 5


def bits_of(data):
    """The bits of a stream, the lowest of the first byte first."""
    return [byte >> i & 1 for byte in data for i in range(8)]


def take(stream, count):
    """The next `count` bits as a number, the lowest first."""
    return sum(next(stream) << i for i in range(count))


def take_signed(stream, count):
    value = take(stream, count)
    return value - (1 << count) if count > 0 and value >> (count - 1) else value


def binary(data, count):
    """Weights of one bit (I2)."""
    return [2 * bit - 1 for bit in bits_of(data)[:count]]


def ternary(data, count):
    """Weights of two bits (I3)."""
    bits = bits_of(data)
    return [bits[2 * i] - 2 * bits[2 * i + 1] for i in range(count)]


def columns(weights, rows, out):
    """The weights of each output, side by side: [rows, out] by columns."""
    return [weights[o : rows * out : out] for o in range(out)]


def philox(counter, key):
    """Philox4x32-10 (I4): four random numbers of 32 bits."""
    word = 0xFFFFFFFF
    for _ in range(10):
        a, b = 0xD2511F53 * counter[0], 0xCD9E8D57 * counter[2]
        counter = [b >> 32 ^ counter[1] ^ key[0], b & word, a >> 32 ^ counter[3] ^ key[1], a & word]
        key = [key[0] + 0x9E3779B9 & word, key[1] + 0xBB67AE85 & word]
    return counter


def generated(seed, automaton, states, cells):
    """The expansion's weights by columns: states of rule 30 (I5) from a first one that is drawn (I4)."""
    purpose_automaton = 2
    words, key = [], [seed & 0xFFFFFFFF, seed >> 32]
    for draw in range((cells + 127) // 128):
        words += philox([draw, automaton, 0, purpose_automaton], key)
    state = [words[o // 32] >> o % 32 & 1 for o in range(cells)]
    rows = []
    for _ in range(states):
        rows += [2 * cell - 1 for cell in state]
        state = [state[o - 1] ^ (state[o] | state[(o + 1) % cells]) for o in range(cells)]
    return columns(rows, states, cells)


def read_levels(data, coding, channels, count):
    """[(falling, levels)] of each channel: listed, or on a line with residuals (I9)."""
    level_bits, span_bits, residual_bits, base = coding
    stream, last, result = iter(bits_of(data)), count - 1, []
    for _ in range(channels):
        falling = next(stream)
        listed = count > 1 and next(stream)
        first = base + take(stream, level_bits)
        levels = [first]
        if listed:
            levels += [base + take(stream, level_bits) for _ in range(last)]
        elif count > 1:
            span = take(stream, span_bits)
            levels += [first + span * j // last + take_signed(stream, residual_bits) for j in range(1, last)]
            levels.append(first + span)
        result.append((falling, levels))
    return result


class Model:
    """A packed file: its layers in order, each a dictionary."""

    def __init__(self, data):
        magic, version, crc, size = struct.unpack_from("<8sIIQ", data)
        if magic != b"\x89MOG\r\n\x1a\n" or version != 1 or size != len(data) or crc != zlib.crc32(data[16:]):
            raise SystemExit("no packed network of version 1, or a damaged one")
        self.seed, self.height, self.width, self.bits, count, _ = struct.unpack_from("<QIIIII", data, 24)
        self.top = (1 << self.bits) - 1
        self.data, self.end = data, 64 + 32 * count
        self.layers = []
        counted, channels, block, inner = {CFLOG: 0, BLOCK: 0, POOL: 0}, 3, "", ""
        for i in range(count):
            record = data[64 + 32 * i : 96 + 32 * i]
            kind, weight_bits, level_bits, span_bits, residual_bits, fraction = record[:6]
            out, groups, automaton, base, level_bytes = struct.unpack_from("<IIIiI", record, 8)
            if kind == CFLOG and inner:
                name, inner = block + inner[:2], inner[2:]
            elif kind in counted:
                counted[kind] += 1
                name = {CFLOG: "cflog", BLOCK: "mrb", POOL: "pool"}[kind] + str(counted[kind])
            else:
                name = "conv" if kind == CONV else "head"
            if kind == BLOCK:
                block, inner = name, ".a.b"
            layer = {"kind": kind, "name": name, "out": out, "fraction": fraction}
            coding = (level_bits, span_bits, residual_bits, base)
            if kind == CONV:
                layer["weights"] = columns(ternary(self.section(18 * channels * out), 9 * channels * out), 9 * channels, out)
            if kind == CFLOG:
                m = channels // 2
                inputs = m // groups
                layer["squeeze"] = columns(binary(self.section(channels * m), channels * m), channels, m)
                weights = ternary(self.section(18 * m * inputs), 9 * m * inputs)
                size = 9 * inputs * inputs
                layer["group"] = [columns(weights[g * size : (g + 1) * size], 9 * inputs, inputs) for g in range(groups)]
                layer["expand"] = generated(self.seed, automaton, m, out)
            if kind in (CONV, CFLOG):
                layer["levels"] = read_levels(self.section(8 * level_bytes), coding, out, self.top)
            if kind == HEAD:
                weights = {1: binary, 2: ternary}[weight_bits](self.section(weight_bits * channels * out), channels * out)
                layer["weights"] = columns(weights, channels, out)
                affine = self.section(96 * out)
                layer["offset"] = struct.unpack_from(f"<{out}q", affine)
                layer["multiplier"] = struct.unpack_from(f"<{out}i", affine, 8 * out)
            channels = out or channels
            self.layers.append(layer)

    def section(self, bits):
        """The next section: it begins at a multiple of 64 bytes."""
        begin = (self.end + 63) // 64 * 64
        self.end = begin + (bits + 7) // 8
        return self.data[begin : self.end]


def dot(x, w):
    return sum(map(operator.mul, x, w))


def pointwise(x, weights):
    """(I6)"""
    return [[[dot(pixel, w) for w in weights] for pixel in row] for row in x]


def conv3x3(x, groups):
    """(I7): each group's channels of the nine pixels around, zeros outside the map."""
    height, width, inputs = len(x), len(x[0]), len(x[0][0]) // len(groups)
    zeros = [0] * len(x[0][0])
    edge = [zeros] * (width + 2)
    padded = [edge] + [[zeros] + row + [zeros] for row in x] + [edge]
    y = []
    for h in range(height):
        row = []
        for w in range(width):
            around = [padded[h + r][w + s] for r in range(3) for s in range(3)]
            pixel = []
            for g, weights in enumerate(groups):
                patch = [value for near in around for value in near[g * inputs : (g + 1) * inputs]]
                pixel += [dot(patch, w) for w in weights]
            row.append(pixel)
        y.append(row)
    return y


def activate(sums, levels):
    """(I8): how many of its channel's levels a sum has reached."""

    def code(s, channel):
        falling, reached = channel
        v = -s if falling else s
        return sum(v >= level for level in reached)

    return [[[code(s, channel) for s, channel in zip(pixel, levels)] for pixel in row] for row in sums]


class Run:
    """One picture on its way; `tell` is called with the name and the map of each layer."""

    def __init__(self, model, tell):
        self.model, self.tell = model, tell

    def told(self, name, x):
        self.tell(name, x)
        return x

    def cflog(self, layer, x):
        """(I6), (I7), (I6) and (I8)."""
        name = layer["name"]
        x = self.told(name + ".squeeze", pointwise(x, layer["squeeze"]))
        x = self.told(name + ".group", conv3x3(x, layer["group"]))
        x = self.told(name + ".expand", pointwise(x, layer["expand"]))
        return self.told(name + ".activation", activate(x, layer["levels"]))

    def block(self, layer, a, b, x):
        """Gate (I10), sum (I11) and multiplexer (I12)."""
        i1 = self.cflog(b, self.cflog(a, x))
        pixels = [pixel for row in x for pixel in row]
        gate = [2 * sum(channel) > self.model.top * len(pixels) for channel in zip(*pixels)]
        halve = operator.or_ if self.model.bits == 1 else lambda p, q: (p + q) // 2
        mux = [
            [[q if s else halve(p, q) for p, q, s in zip(from_x, from_i1, gate)] for from_x, from_i1 in zip(row_x, row_i1)]
            for row_x, row_i1 in zip(x, i1)
        ]
        return self.told(layer["name"] + ".mux", mux)

    def pool(self, layer, x):
        """(I13)"""
        pairs = [[list(map(max, a[w], a[w + 1], b[w], b[w + 1])) for w in range(0, len(a), 2)] for a, b in zip(x[::2], x[1::2])]
        return self.told(layer["name"], pairs)

    def __call__(self, pixels):
        x = [[[channel - 128 for channel in pixel] for pixel in row] for row in pixels]  # (I1)
        layers = iter(self.model.layers)
        for layer in layers:
            if layer["kind"] == CONV:
                x = self.told("conv", conv3x3(x, [layer["weights"]]))
                x = self.told("conv.activation", activate(x, layer["levels"]))
            elif layer["kind"] == CFLOG:
                x = self.cflog(layer, x)
            elif layer["kind"] == BLOCK:
                x = self.block(layer, next(layers), next(layers), x)
            elif layer["kind"] == POOL:
                x = self.pool(layer, x)
            else:  # (I14)
                sums = self.told("head", pointwise(x, layer["weights"]))
                totals = [sum(channel) for channel in zip(*(pixel for row in sums for pixel in row))]
                return [m * s + b for m, s, b in zip(layer["multiplier"], totals, layer["offset"])]


def read_bmp(data):
    """A bitmap of 24 bits: rows from below, blue first, each row in whole words."""
    (begin,) = struct.unpack_from("<I", data, 10)
    width, height, _, bits = struct.unpack_from("<iiHH", data, 18)
    if bits != 24 or height < 0:
        raise SystemExit("expected a bitmap of 24 bits, from below")
    row_bytes = (3 * width + 3) // 4 * 4
    rows = [data[begin + row_bytes * h :][: 3 * width] for h in reversed(range(height))]
    return [[list(row[3 * w : 3 * w + 3][::-1]) for w in range(width)] for row in rows]


def read_npy(path):
    """Shape and numbers of an .npy file (docs/run-files.md)."""
    data = path.read_bytes()
    (length,) = struct.unpack_from("<H", data, 8)
    about = ast.literal_eval(data[10 : 10 + length].decode())
    letter = {"|u1": "B", "<i4": "i", "<i8": "q"}[about["descr"]]
    return about["shape"], list(struct.unpack_from(f"<{(len(data) - 10 - length) // struct.calcsize(letter)}{letter}", data, 10 + length))


def main(model, picture, folder=None):
    compared = []

    def compare(name, x):
        if folder is None:
            return
        shape, numbers = read_npy(pathlib.Path(folder) / (name + ".npy"))
        mine = [value for row in x for pixel in row for value in pixel]
        if shape != (len(x), len(x[0]), len(x[0][0])) or mine != numbers:
            raise SystemExit(f"{name}: differs, or has another shape than {shape}")
        compared.append(name)

    network, pixels = Model(pathlib.Path(model).read_bytes()), read_bmp(pathlib.Path(picture).read_bytes())
    if (len(pixels), len(pixels[0])) != (network.height, network.width):
        raise SystemExit(f"a picture of {len(pixels)} x {len(pixels[0])}, expected {network.height} x {network.width}")
    print(*Run(network, compare)(pixels), sep="\n")
    if folder is not None:
        print(f"{len(compared)} layers are the same", file=sys.stderr)


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
