# Compares how `mog` reads the pictures below a folder with how Debian's python3-pil does, and counts.
#
#   python3 tests/suites/pictures.py build/release/tests/suites/picture_pixels FOLDER [--tolerance 4] [--references FOLDER] [--all]
#
# The folders are other projects' collections of pictures (docs/reliability.md names them); none is kept here.
import argparse
import collections
import pathlib
import re
import subprocess
import warnings

from PIL import Image, ImageChops, ImageFile, ImageOps

warnings.simplefilter("ignore")
FORMATS = ["PNG", "JPEG", "BMP"]


def ours(program, path):
    """A picture, or why it is refused."""
    run = subprocess.run([program, path], capture_output=True)
    if run.returncode == 3:
        return run.stderr.decode(errors="replace").strip().replace(f"image: {path}: ", "")
    if run.returncode != 0:
        raise SystemExit(f"{path}: exit code {run.returncode}")
    head, _, pixels = run.stdout.partition(b"\n")
    _, width, height, _ = head.split()
    return Image.frombytes("RGB", (int(width), int(height)), pixels)


def theirs(path):
    """The same by Pillow: upright, 8 bits, over white."""
    try:
        image = Image.open(path, formats=FORMATS)
        image.load()
        image = ImageOps.exif_transpose(image)
        if image.mode in ("I", "I;16", "I;16B"):  # 16 bits of grey, which convert() would cut off
            image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        white.alpha_composite(image)
        return white.convert("RGB")
    except Exception as error:  # Pillow raises many kinds
        return f"{type(error).__name__}: {error}"


def compare(program, path, tolerance, references):
    """The name of the count that a file belongs to, and what there is to say about it."""
    mine, other = ours(program, path), theirs(path)
    if isinstance(mine, str):
        return ("refused by both" if isinstance(other, str) else "refused by mog alone"), mine
    if isinstance(other, str):
        return "accepted by mog alone" + like_a_reference(mine, references), other
    if mine.size != other.size:
        return "of another size", f"{mine.size} and {other.size}"
    difference = ImageChops.difference(mine, other)
    most = largest(difference)
    jpeg = path.suffix.lower() in (".jpg", ".jpeg")
    if most <= (tolerance if jpeg else 1):
        return "equal", most
    if jpeg and largest(without_line_at_edge(difference)) <= tolerance:
        return "equal but for a line beside the edge", most
    return "other pixels" + like_a_reference(mine, references), most


def like_a_reference(image, references):
    same = any(largest(ImageChops.difference(image, one)) <= 1 for one in references if one.size == image.size)
    return " (those of a reference)" if same else ""


def largest(difference):
    return max(high for _, high in difference.getextrema())


def without_line_at_edge(difference):
    """stb_image weighs the colours of the last column but one the wrong way round where they have half the columns."""
    width, height = difference.size
    line = difference.copy()
    for box in ((1, 0, 2, height), (width - 2, 0, width - 1, height), (0, 1, width, 2), (0, height - 2, width, height - 1)):
        line.paste((0, 0, 0), box)
    return line


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--tolerance", type=int, default=4, help="of 255, for JPEGs; 1 for the others")
    parser.add_argument("--references", type=pathlib.Path, help="PNGs that show what the files look like which Pillow does not know")
    parser.add_argument("--all", action="store_true", help="name every file that is not equal")
    options = parser.parse_args()
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    references = [theirs(path) for path in sorted(options.references.rglob("*.png"))] if options.references else []
    references = [image for image in references if not isinstance(image, str)]

    counts, reasons, most = collections.Counter(), collections.Counter(), collections.Counter()
    for path in sorted(options.folder.rglob("*")):
        if path.suffix.lower() not in (".png", ".apng", ".jpg", ".jpeg", ".bmp", ".dib"):
            continue
        name, words = compare(options.program, path, options.tolerance, references)
        counts[name] += 1
        if isinstance(words, int):
            most[words] += 1
        if name == "refused by mog alone":
            reasons[re.sub(r"\d+", "N", words)] += 1
        if not name.startswith("equal") and name != "refused by both" and (options.all or name != "refused by mog alone"):
            print(f"{path.relative_to(options.folder)}: {name}: {words}")
    print(", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "no pictures")
    print("largest difference:", ", ".join(f"{high} in {count}" for high, count in sorted(most.items())))
    for reason, count in reasons.most_common():
        print(f"  {count} x {reason}")


main()
