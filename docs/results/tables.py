"""Tables of the page: the lines of a record as Markdown, with what all of them share above, and a plan's report.csv."""
import re
import textwrap

from records import MACHINES, ORIGIN, OUTPUT, Fault, check_origin, day_of, fill, name_and_unit, read

NOT_NOTED, NOTHING = "not noted", "–"


def grouped(text):
    """Whole numbers of five digits and more in groups of three."""
    return f"{int(text):,}".replace(",", " ") if re.fullmatch(r"[0-9]{5,}", text) else text


def table(head, rows):
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in [head, *rows]]
    return [lines[0], "|" + "---|" * len(head), *lines[1:]]


def prose(text):
    return textwrap.wrap(text, width=140, break_long_words=False, break_on_hyphens=False)


def program(line):
    """"de829ec, 21 Nov 2026"."""
    parts = line["commit"].split()
    if line["date"]:
        day = day_of(line["date"])
        parts.append(f"{day.day} {day:%b %Y}")
    return ", ".join(parts)


def commands_of(lines):
    """The block of commands above a table, and the name of each in it: a letter, or nothing where there is but one."""
    commands = list(dict.fromkeys(line["command"] for line in lines if line["command"]))
    if len(commands) == 1 and all(line["command"] for line in lines):
        return [f"    {commands[0]}", ""], {}
    names = {command: f"{chr(ord('A') + i % 26)}{i // 26 or ''}" for i, command in enumerate(commands)}
    return [f"    {name}  {command}" for command, name in names.items()] + [""] * bool(names), names


def origin_of(lines):
    """Where the figures come from: a paragraph on what all lines share, and columns {name: cells} for the rest."""
    cells = {"program": [program(line) or NOT_NOTED for line in lines]}
    cells["machine"] = [line["machine"] or NOT_NOTED for line in lines]
    cells["runs"] = [line["runs"] or ("" if line["machine"] == "any" else NOT_NOTED) for line in lines]
    cells |= {name: [line[name] for line in lines] for name in ("spread", "note")}
    shared = {name: texts[0] for name, texts in cells.items() if len(set(texts)) == 1}
    sentence = "; ".join(f"{name}: {text}" for name, text in shared.items() if text)
    block = [*prose(f"{sentence[0].upper()}{sentence[1:]}."), ""] if sentence else []
    return block, {name: texts for name, texts in cells.items() if name not in shared}


def values_of(record, lines):
    """The columns of figures: {heading: cells}. Three columns figure, value, unit are one figure with its unit."""
    columns = {}
    for column in record.head:
        name, unit = name_and_unit(column)
        if column in ORIGIN or column in (OUTPUT, "unit"):
            continue
        cells = [grouped(line[column]) or NOTHING for line in lines]
        if column == "figure":
            name = "what"
        elif column == "value":
            name, cells = "figure", [f"{cell} {line['unit']}".strip() for cell, line in zip(cells, lines)]
        elif unit == "%":
            cells = [f"{cell} %" if re.fullmatch(r"[0-9.]+", cell) else cell for cell in cells]
        elif unit:
            name = f"{name}, {unit}"
        columns[name] = cells
    return columns


def measurements(record, machines):
    if record.head[-len(ORIGIN) :] != ORIGIN:
        raise Fault(f"{record.name}, line 1: expected the last columns {','.join(ORIGIN)}")
    for number, line in record.lines:
        check_origin(record, number, line, machines)
        if line.get(OUTPUT):
            fill(record, number, line)
    lines = [line for _, line in record.lines]
    block, names = commands_of(lines)
    shared, origin = origin_of(lines)
    columns = values_of(record, lines)
    if names:
        columns["command"] = [names.get(line["command"], NOTHING) for line in lines]
    columns |= origin
    return block + shared + table(list(columns), [list(row) for row in zip(*columns.values())])


def percent(text):
    return f"{text} %" if text else ""


def took(seconds):
    minutes = round(float(seconds) / 60) if seconds else 0
    return f"{minutes // 60} h {minutes % 60:02} min" if seconds else ""


def planned_run(line):
    """One run of a plan as cells by heading; what it has not come to is empty."""
    begun, finished = line["state"] != "open", line["state"] == "finished"
    state = "not run" if not begun else f"begun: {line['epochs']} of {line['epochs_planned']} epochs"
    cells = {
        "network": line["run"],
        "weight bits": grouped(line["weight_bits"]),
        "paper, Mb": line["paper_megabits"],
        "paper": percent(line["paper_accuracy"]),
        "after the last epoch": percent(line["accuracy"]) if finished else state,
        "95 %": f"{line['accuracy_low']} to {line['accuracy_high']} %" if line["accuracy_low"] else "",
        "best epoch": f"{line['best_accuracy']} % in epoch {line['best_epoch']}" if line["best_epoch"] else "",
    }
    if not begun:
        return cells
    cells |= {"epochs of all stages": line["epochs_all_stages"], "training": took(line["seconds_all_stages"])}
    cells["images/s"] = line["images_per_second"]
    for accuracy in ("90", "91", "92.12"):
        epochs = line[f"epochs_to_{accuracy}"]
        cells[f"to {accuracy} %"] = f"{epochs} epochs, {took(line[f'seconds_to_{accuracy}'])}" if epochs else ""
    return cells | {name: line[name] for name in ("seed", "recipe", "machine", "program", "remark")}


def plan(record):
    try:
        rows = [planned_run(line) for _, line in record.lines]
    except (KeyError, ValueError) as error:
        raise Fault(f"{record.name}: no report of `mog reproduce`: {error!r}") from error
    head = [name for name in dict.fromkeys(name for row in rows for name in row) if any(row.get(name) for row in rows)]
    finished = sum(line["state"] == "finished" for _, line in record.lines)
    said = f"Runs: {len(rows)} planned, {finished} finished."
    return [said, "", *table(head, [[row.get(name) or NOTHING for name in head] for row in rows])]


def section(name, machines):
    """What the page has in place of {{name}}."""
    record = read(name)
    if not record.lines:
        raise Fault(f"{name}: no line below the names of columns")
    if name == MACHINES:
        return table(record.head, [list(line.values()) for _, line in record.lines])
    return plan(record) if record.head[:2] == ["row", "run"] else measurements(record, machines)
