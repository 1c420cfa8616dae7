"""Records of measurements: CSV files in this folder, read and checked, and the files that runs left, which fill their cells."""
import collections
import csv
import datetime
import json
import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent
MACHINES = "machines.csv"
# The last columns of every record, in this order: where a figure comes from.
ORIGIN = ["command", "commit", "date", "machine", "runs", "spread", "note"]
OUTPUT = "output"  # a column that a record may have: the file that a run left, which fills the line's empty cells

Record = collections.namedtuple("Record", "name head lines")  # lines: number in the file, {column: text}


class Fault(Exception):
    """What is wrong with a record: where, what, and what was expected."""


def read(name):
    """A CSV file of this folder. Throws Fault where a line has not as many cells as there are columns."""
    with open(HERE / name, newline="", encoding="utf-8") as file:
        rows = csv.reader(file, strict=True)
        head = next(rows, None)
        if not head or len(set(head)) != len(head):
            raise Fault(f"{name}, line 1: expected the names of columns, each once")
        lines = []
        for cells in rows:
            if len(cells) != len(head):
                raise Fault(f"{name}, line {rows.line_num}: {len(cells)} cells, expected {len(head)}")
            if any("\n" in cell for cell in cells):
                raise Fault(f"{name}, line {rows.line_num}: a line break within a cell")
            lines.append((rows.line_num, dict(zip(head, cells))))
    return Record(name, head, lines)


def name_and_unit(column):
    """"RAM [bytes]" as ("RAM", "bytes")."""
    found = re.fullmatch(r"(.*) \[(.*)\]", column)
    return (found[1], found[2]) if found else (column, "")


def day_of(text):
    return datetime.datetime.strptime(text, "%Y-%m-%d")


def check_origin(record, number, line, machines):
    """Whether a line says where its figures come from in the form that the page needs."""
    where = f"{record.name}, line {number}"
    for commit in line["commit"].split():
        if not re.fullmatch(r"[0-9a-f]{7,40}", commit):
            raise Fault(f"{where}: commit {commit!r}, expected 7 or more hexadecimal digits, or nothing")
    if line["date"]:
        try:
            day_of(line["date"])
        except ValueError:
            raise Fault(f"{where}: date {line['date']!r}, expected YYYY-MM-DD or nothing") from None
    if line["machine"] and line["machine"] not in machines:
        raise Fault(f"{where}: machine {line['machine']!r} has no line in {MACHINES}, which has {', '.join(machines)}")


def flat(values, into):
    """Every number and text of a JSON object, under its own key, also of objects within; the first of a key counts."""
    for key, value in values.items():
        if isinstance(value, dict):
            flat(value, into)
        elif isinstance(value, (int, float, str)):
            into.setdefault(key.replace("_", " "), value)
    return into


def output_of(path):
    """What a command's --json printed or a run's metrics.csv says, by the names that columns have."""
    if path.suffix == ".json":
        return flat(json.loads(path.read_text(encoding="utf-8")), {})
    with open(path, newline="", encoding="utf-8") as file:
        epochs = list(csv.DictReader(file, strict=True))
    names = {"quantized": "all quantized"}
    values = {names.get(row["stage"], row["stage"].replace("-", " ")): float(row["test_accuracy"]) for row in epochs}
    return values | {"epochs": len(epochs), "seconds": round(sum(float(row["seconds"]) for row in epochs))}


def fill(record, number, line):
    """Fills the empty cells of a line from the file that it names."""
    where = f"{record.name}, line {number}"
    try:
        values = output_of(HERE / line[OUTPUT])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, csv.Error) as error:
        raise Fault(f"{where}: {line[OUTPUT]} is no output of a run: {error!r}") from error
    filled = 0
    for column in record.head:
        name, unit = name_and_unit(column)
        if line[column] or column in ORIGIN or name not in values:
            continue
        value = values[name]
        if isinstance(value, float):
            value = f"{100 * value:.2f}" if unit == "%" else f"{value:.4g}"
        line[column] = str(value)
        filled += 1
    if filled == 0:
        raise Fault(f"{where}: {line[OUTPUT]} has nothing for an empty cell")
