"""From TOML to frozen dataclasses and back: every key known, every value of its type, every fault named at once."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from workbook.errors import RulesError, WorkbookError
from workbook.money import to_decimal, to_minor

T = typing.TypeVar("T")
_MISSING = dataclasses.MISSING
#: Keys of earlier releases, and the ones that say the same now.
MOVED = {
    "territories.health.high_value_share": "engagement.high_value_share",
    "territories.health.neglected_days": "engagement.coverage_days",
}


def rule(default: Any, help: str, *, amount: bool = False, choices: tuple[Any, ...] = ()) -> Any:
    """A field of a rules dataclass: its default, its help (the comment in ``book.toml``), and what it may be.

    ``amount``: written in major units in ``book.toml``, held in minor units. Dicts are copied per instance.
    """
    metadata = {"help": help, "amount": amount, "choices": choices}
    if isinstance(default, dict | list):
        return dataclasses.field(default_factory=lambda: dict(default), metadata=metadata)
    if dataclasses.is_dataclass(default):
        return dataclasses.field(default_factory=lambda: default, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def read(kind: type[T], given: Mapping[str, Any], *, where: str, currency: str = "USD") -> T:
    """``given`` as an instance of the rules dataclass ``kind``.

    Missing keys take their defaults. Raises :class:`RulesError` with every unknown key and unfit value.
    """
    reader = _Reader(currency, [])
    value = reader.struct(kind, given, where)
    if reader.faults:
        raise RulesError(
            "; ".join(reader.faults), where="book.toml", remedy="Mend these keys, or delete them for the defaults."
        )
    return value


@dataclasses.dataclass(frozen=True)
class _Reader:
    """What all keys of a file are read with: the currency of amounts, and the list of faults found so far."""

    currency: str
    faults: list[str]

    def struct(self, kind: Any, given: Any, where: str) -> Any:
        """A table as the dataclass ``kind``; None where something in it is at fault."""
        if not isinstance(given, Mapping):
            self.faults.append(f"[{where}] is not a table")
            return kind()
        hints = typing.get_type_hints(kind)
        known = {f.name: f for f in dataclasses.fields(kind)}
        for key in given:
            if key not in known:
                self.faults.append(f"{where}.{key} {_unknown(f'{where}.{key}', known)}")
        values = {}
        for name, field in known.items():
            if name not in given:
                if field.default is _MISSING and field.default_factory is _MISSING:
                    self.faults.append(f"{where}.{name} is missing")
                continue
            values[name] = self.value(hints[name], given[name], f"{where}.{name}", field.metadata)
        if self.faults:
            return None
        try:
            return kind(**values)
        except (WorkbookError, ValueError) as fault:
            self.faults.append(f"{where}: {fault}")
        return None

    def value(self, kind: Any, given: Any, where: str, metadata: Mapping[str, Any]) -> Any:
        """A value as ``kind``; as it is where it does not fit, which is a fault."""
        faults, choices = self.faults, metadata.get("choices") or ()
        if choices and given not in choices:
            faults.append(f"{where} is {given!r}, not one of {', '.join(map(str, choices))}")
            return given
        origin, parts = typing.get_origin(kind), typing.get_args(kind)
        if origin in (types.UnionType, typing.Union):
            if given is None or given == "":
                return None
            inner = next(p for p in parts if p is not type(None))
            return self.value(inner, given, where, {k: v for k, v in metadata.items() if k == "amount"})
        if metadata.get("amount") and isinstance(given, int | float | str) and not isinstance(given, bool):
            try:
                return to_minor(str(given), self.currency)
            except WorkbookError as fault:
                faults.append(f"{where}: {fault}".rstrip("."))
                return 0
        if dataclasses.is_dataclass(kind):
            return self.struct(kind, given, where)
        if origin is tuple and isinstance(given, list):
            each = {k: v for k, v in metadata.items() if k == "amount"}
            return tuple(self.value(parts[0], v, f"{where}[{i}]", each) for i, v in enumerate(given))
        if origin is dict and isinstance(given, Mapping):
            each = {k: v for k, v in metadata.items() if k == "amount"}
            return {str(k): self.value(parts[1], v, f"{where}.{k}", each) for k, v in given.items()}
        if origin is typing.Literal:
            if given not in parts:
                faults.append(f"{where} is {given!r}, not one of {', '.join(map(str, parts))}")
            return given
        if kind is float and isinstance(given, int | float) and not isinstance(given, bool) and given == given:
            return float(given)
        if kind is date and isinstance(given, str):
            try:
                return date.fromisoformat(given)
            except ValueError:
                faults.append(f"{where} is {given!r}, not a date like 2026-06-30")
                return given
        if not _fits(kind, given):
            faults.append(f"{where} is {given!r}, not {getattr(kind, '__name__', kind)}")
        return given


def _fits(kind: Any, given: Any) -> bool:
    """Whether a plain value is of a kind: true is no number, a time is no date, and nan is nothing."""
    if kind is Any:
        return True
    if not isinstance(kind, type) or not isinstance(given, kind) or given != given:
        return False
    return not (kind in (int, float) and isinstance(given, bool)) and not (kind is date and isinstance(given, datetime))


def _unknown(path: str, known: Mapping[str, Any]) -> str:
    """What to say of a key that is no rule: where it went, or which one may be meant."""
    import difflib

    if to := MOVED.get(path.removeprefix("rules.")):
        return f"is one rule with {to} now: set that, and delete this line"
    near = difflib.get_close_matches(path.rsplit(".", 1)[-1], known, n=1)
    return "is not a rule" + (f" (did you mean {near[0]}?)" if near else "")


def as_toml(name: str, rules: Any, *, currency: str = "USD") -> str:
    """A rules dataclass as a commented TOML section; nested dataclasses become sub-sections."""
    lines = [f"[{name}]"]
    nested: list[tuple[dataclasses.Field[Any], Any]] = []
    for field in dataclasses.fields(rules):
        value = getattr(rules, field.name)
        if dataclasses.is_dataclass(value) or (isinstance(value, dict) and value and _structs(value.values())):
            nested.append((field, value))
            continue
        if isinstance(value, tuple) and value and _structs(value):
            nested.append((field, value))
            continue
        if field.metadata.get("help"):
            lines.append(f"# {field.metadata['help']}")
        prefix = "# " if value is None else ""
        lines.append(f"{prefix}{field.name} = {_literal(value, bool(field.metadata.get('amount')), currency)}")
    text = "\n".join(lines) + "\n"
    for field, value in nested:
        help = f"\n# {field.metadata['help']}\n" if field.metadata.get("help") else "\n"
        if dataclasses.is_dataclass(value):
            text += help + as_toml(f"{name}.{field.name}", value, currency=currency)
        elif isinstance(value, dict):
            text += help + "\n".join(
                as_toml(f"{name}.{field.name}.{_key(k)}", v, currency=currency) for k, v in value.items()
            )
        else:
            each = [as_toml(f"[{name}.{field.name}]", v, currency=currency) for v in value]
            text += help + "\n".join(each)
    return text


def _structs(values: Any) -> bool:
    return all(dataclasses.is_dataclass(v) for v in values)


def _key(key: str) -> str:
    return key if key.replace("_", "").replace("-", "").isalnum() and key.isascii() else _literal(key, False, "")


def _literal(value: Any, amount: bool, currency: str) -> str:
    if value is None:
        return '""'
    if isinstance(value, bool):
        return "true" if value else "false"
    if amount and isinstance(value, int):
        return str(to_decimal(value, currency))
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_literal(v, amount, currency) for v in value) + "]"
    if isinstance(value, dict):
        return (
            "{ " + ", ".join(f"{_key(str(k))} = {_literal(v, amount, currency)}" for k, v in value.items()) + " }"
            if value
            else "{}"
        )
    text = str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{text}"'
