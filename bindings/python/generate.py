"""Writes `python/sostenuto/nodes.py`, a class for each kind of node, from what `sostenuto nodes --json` prints.

python generate.py                      writes the file
python generate.py --check              says whether the file is as it would be written, and exits with 1 if it is not
python generate.py --program PATH       takes this program; otherwise $SOSTENUTO, the newest that is built,
                                        or the one on the PATH
python generate.py --catalogue FILE     takes what the program has printed before
"""

from __future__ import annotations

import argparse
import json
import keyword
import os
import shutil
import struct
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

HERE = Path(__file__).resolve().parent
TARGET = HERE / "python" / "sostenuto" / "nodes.py"
WIDTH = 120

#: Keywords that every node takes, and how they are passed on.
COMMON = [("name", "Optional[str] = None"), ("id", "Optional[str] = None")]

HEAD = '''"""What kinds of node are there? A class for each, with its inputs, parameters and settings as keywords.

Numbers are in the unit that is said; text may name another, as ``"2.2 kHz"`` or ``"A4"``; a signal in place of a number
drives the parameter. What is left out has its default, which stands in brackets. Settings are fixed for a node's life.

Made by ``generate.py`` from the catalogue of the engine; not to be edited.
"""

from __future__ import annotations

from typing import ClassVar, Literal, NoReturn, Optional, Sequence, Union

from .buffers import Playable
from .kinds import Bank, Kind, Quantity
from .signals import Node, Output, Signal, Slot, Value

'''


def class_name(kind: str) -> str:
    return "".join(word.capitalize() for word in kind.split("_"))


def shortest(number: float, whole: bool = False) -> str:
    """The shortest text that stands for the same number of single precision; all of it if it is a whole number."""
    if whole:
        return str(int(number))
    exact = struct.pack("<f", number)
    texts = (f"{number:.{digits}g}" for digits in range(1, 17))
    value = float(next(text for text in texts if struct.pack("<f", float(text)) == exact))
    return str(int(value)) if value == int(value) else repr(value)


def quoted(names: List[str]) -> str:
    listed = ", ".join(f'"{name}"' for name in names)
    return f"({listed},)" if len(names) == 1 else f"({listed})"


def word(port: str) -> str:
    """The keyword of a port: `in` is none that Python has free."""
    return "input" if port == "in" else f"{port}_" if keyword.iskeyword(port) else port


def quantity(info: Dict[str, Any]) -> str:
    """A parameter or a setting as the module has it."""
    if info["choices"]:
        return f'Quantity("{info["name"]}", choices={quoted(info["choices"])})'
    whole = bool(info.get("whole"))
    low, high, default = (shortest(info[key], whole) for key in ("min", "max", "default"))
    return f'Quantity("{info["name"]}", "{info["unit"]}", {low}, {high}, {default}{", whole=True" if whole else ""})'


def type_of(info: Dict[str, Any], driven: bool) -> str:
    """What the keyword of a parameter takes, or, if it is not to be driven, that of a setting."""
    signal = ["Signal"] if driven else []
    if info["choices"]:
        names = "Literal[" + ", ".join(f'"{name}"' for name in info["choices"]) + "]"
        options = [names, *(["bool"] if info["choices"] == ["off", "on"] else []), *signal]
        return options[0] if len(options) == 1 else f"Union[{', '.join(options)}]"
    if driven:
        return "Value"
    return "int" if info.get("whole") else "Union[float, str]"


def span(info: Dict[str, Any]) -> str:
    """The range and the default in words."""
    if info["choices"]:
        return f"{', '.join(info['choices'])} ({info['choices'][int(info['default'])]})"
    unit = f" {info['unit']}" if info["unit"] not in ("", "x") else ""
    low, high, default = (shortest(info[key], bool(info.get("whole"))) for key in ("min", "max", "default"))
    return f"{low} to {high}{unit} ({default})"


class Keywords:
    """The keywords of a class: how each is declared, passed on and described."""

    def __init__(self, kind: Dict[str, Any]) -> None:
        self.kind = kind
        self.declared: List[Tuple[str, str]] = []
        self.passed: List[Tuple[str, str]] = []
        self.described: List[Tuple[str, str]] = []
        #: How many of the first may be given without their names.
        self.positional = 0
        self._gather()

    def _add(self, key: str, kind: str, summary: str) -> None:
        name = word(key)
        assert name not in [declared for declared, _ in self.declared], (self.kind["name"], name)
        self.declared.append((name, f"Optional[{kind}] = None"))
        self.passed.append((key, name))
        self.described.append((name, summary))

    def _gather(self) -> None:
        kind = self.kind
        params = {param["name"]: param for param in kind["params"]}
        inputs = [] if kind["name"] == "audio_in" else kind["inputs"]
        if kind["plays"]:
            self._add(
                "buffer", "Playable", "what it plays: a Buffer, the way to a file, or the name of a buffer of the patch"
            )
        if kind["samples"]:
            self._add(
                "slots",
                "Sequence[Slot]",
                "what its slots play, from the first on: buffers, or tables of a buffer and how it is played",
            )
        # What triggers is seldom the first thing that one wants to say.
        ports = [port for port in inputs if port["name"] not in params]
        for port in ports:
            self._add(port["name"], "Signal", port["summary"])
        gate = next((port for port in inputs if port["name"] in params and port["name"] == "gate"), None)
        if gate is not None:
            self._param(params.pop("gate"), gate)
        self.positional = len(self.declared)
        shared = {port["name"]: port for port in inputs}
        for param in params.values():
            self._param(param, shared.get(param["name"]))
        if self.positional == 0 and kind["bank"] is None and not kind.get("device"):
            self.positional = min(1, len(params))
        for setting in kind["settings"]:
            self._add(setting["name"], type_of(setting, False), f"{span(setting)}: {setting['summary']}")
        if kind.get("device"):
            self._add(
                "device",
                "str",
                "the device by its id, its name, or a part of the name that fits only one; the default one if left out",
            )

    def _param(self, param: Dict[str, Any], port: Optional[Dict[str, Any]]) -> None:
        also = f"; a signal: {port['summary']}" if port is not None else ""
        self._add(param["name"], type_of(param, True), f"{span(param)}: {param['summary']}{also}")


def follows(kind: Dict[str, Any]) -> bool:
    bank = [] if kind["bank"] is None else [kind["bank"]["port"]]
    return any(port["channels"] == "follow" for port in [*kind["inputs"], *kind["outputs"], *bank])


def hears(kind: Dict[str, Any]) -> bool:
    """Whether documents can lead something into it."""
    return bool(kind["bank"] is not None or (kind["inputs"] and kind["name"] != "audio_in"))


def paragraph(text: str, indent: str, hang: str = "") -> List[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + hang,
        break_long_words=False,
        break_on_hyphens=False,
    )


def docstring(kind: Dict[str, Any], keywords: Keywords) -> List[str]:
    lines = paragraph(f'"""{kind["summary"]}', "    ")
    if kind["delays"]:
        lines += ["", "    May close a feedback loop: see :meth:`connect`."]
    described = [*keywords.described]
    if kind["bank"] is not None:
        bank = kind["bank"]
        described.insert(0, ("inputs", f"{bank['port']['summary']}, one after the other"))
        for param in bank["params"]:
            described.append((f"{param['name']}1, {param['name']}2, …", f"{span(param)}: {param['summary']}"))
    if follows(kind):
        default = "as many as the widest that comes in, or 1, if" if hears(kind) else "1 if"
        described.append(("channels", f"how many channels it has, 1 to 64; {default} left out"))
    if described:
        lines += ["", "    Args:"]
        for name, summary in described:
            lines += paragraph(f"{name}: {summary}.", "        ", "    ")
    if len(kind["outputs"]) > 1:
        lines += ["", "    Outputs:"]
        for port in kind["outputs"]:
            lines += paragraph(f"{port['name']}: {port['summary']}.", "        ", "    ")
    return [*lines, '    """']


def kind_lines(kind: Dict[str, Any]) -> List[str]:
    inputs = [] if kind["name"] == "audio_in" else [port["name"] for port in kind["inputs"]]
    lines = ["    kind: ClassVar[Kind] = Kind(", f'        "{kind["name"]}",']
    if inputs:
        lines.append(f"        inputs={quoted(inputs)},")
    lines.append(f"        outputs={quoted([port['name'] for port in kind['outputs']])},")
    for name in ("params", "settings"):
        if kind[name]:
            lines += [f"        {name}=(", *(f"            {quantity(info)}," for info in kind[name]), "        ),"]
    if kind["bank"] is not None:
        bank = kind["bank"]
        most = next(setting for setting in kind["settings"] if setting["name"] == bank["setting"])["max"]
        params = [f"                {quantity(param)}," for param in bank["params"]]
        lines += ["        bank=Bank(", f'            "{bank["port"]["name"]}",']
        lines += ["            (", *params, "            ),", f"            {int(most)},", "        ),"]
    return [*lines, "    )"]


def init_lines(kind: Dict[str, Any], keywords: Keywords) -> List[str]:
    declared = [f"        {name}: {takes}," for name, takes in keywords.declared]
    if kind["bank"] is not None:
        declared.insert(0, "        *inputs: Signal,")
    else:
        declared.insert(keywords.positional, "        *,")
    passed = [f'"{key}": {name}' for key, name in keywords.passed]
    extra: List[str] = []
    if follows(kind):
        declared.append("        channels: Optional[int] = None,")
        extra.append("channels=channels")
    if hears(kind):
        declared.append("        bypass: bool = False,")
        extra.append("bypass=bypass")
    declared += [f"        {name}: {takes}," for name, takes in COMMON]
    common = ", ".join([*(f"{name}={name}" for name, _ in COMMON), *extra])
    if kind["bank"] is None:
        declared.append("        **unknown: NoReturn,")
        call = call_lines(passed, f"{common}, unknown=unknown")
    else:
        declared.append("        **numbered: Optional[Value],")
        call = [
            *call_lines([*passed, "**numbered"], common),
            "        for signal in inputs:",
            "            self.connect(signal)",
        ]
    return ["    def __init__(", "        self,", *declared, "    ) -> None:", *call]


def call_lines(passed: List[str], common: str) -> List[str]:
    one = f"        super().__init__({{{', '.join(passed)}}}, {common})"
    if len(one) <= WIDTH:
        return [one]
    indent = " " * 12
    values = [f"{indent}{{", *(f"{indent}    {value}," for value in passed), f"{indent}}},"]
    return ["        super().__init__(", *values, *(f"{indent}{word}," for word in common.split(", ")), "        )"]


def output_lines(kind: Dict[str, Any]) -> List[str]:
    """A property for each output of a kind that has several."""
    if len(kind["outputs"]) < 2:
        return []
    lines: List[str] = []
    for port in kind["outputs"]:
        lines += ["", "    @property", f"    def {word(port['name'])}(self) -> Output:"]
        lines += [
            *paragraph(f'"""{port["summary"][0].upper()}{port["summary"][1:]}."""', "        "),
            f'        return self.out("{port["name"]}")',
        ]
    return lines


def written(catalogue: List[Dict[str, Any]]) -> str:
    """The whole file."""
    lines = ["__all__ = [", *(f'    "{class_name(kind["name"])}",' for kind in catalogue), "]"]
    for kind in catalogue:
        keywords = Keywords(kind)
        lines += ["", "", f"class {class_name(kind['name'])}(Node):", *docstring(kind, keywords), ""]
        lines += [*kind_lines(kind), "", *init_lines(kind, keywords), *output_lines(kind)]
    return HEAD + "\n".join(lines) + "\n"


def program() -> Optional[str]:
    """The program that prints the catalogue, if there is one."""
    named = os.environ.get("SOSTENUTO")
    if named:
        return named
    targets = [Path(os.environ.get("CARGO_TARGET_DIR") or HERE.parent.parent / "target")]
    built = [target / profile / "sostenuto" for target in targets for profile in ("debug", "release")]
    newest = max((path for path in built if path.exists()), key=lambda path: path.stat().st_mtime, default=None)
    return str(newest) if newest is not None else shutil.which("sostenuto")


def catalogue_of(path: str) -> List[Dict[str, Any]]:
    printed = subprocess.run([path, "nodes", "--json"], check=True, capture_output=True, text=True).stdout
    catalogue: List[Dict[str, Any]] = json.loads(printed)
    return catalogue


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--program")
    parser.add_argument("--catalogue")
    asked = parser.parse_args()
    if asked.catalogue:
        catalogue = json.loads(Path(asked.catalogue).read_text(encoding="utf-8"))
    else:
        path = asked.program or program()
        if path is None:
            parser.error("there is no program `sostenuto`: build it, or name it with --program")
        catalogue = catalogue_of(path)
    text = written(catalogue)
    if not asked.check:
        TARGET.write_text(text, encoding="utf-8")
    elif not TARGET.exists() or TARGET.read_text(encoding="utf-8") != text:
        print(f"{TARGET.name} is not what the catalogue says: run generate.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
