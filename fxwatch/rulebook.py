"""The rule book: finds the rules in `indicators/`, refuses a misfit loudly, and knows which parameters are in force.

Presence is registration: every module of `indicators.early_warning` and of `indicators.monitoring` is a rule, and every file of
the folder that a home names in its settings (`look_into`).
"""

import inspect
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from functools import cache, partial
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Any, TypeVar

import polars as pl

from fxwatch.errors import HouseError, NotFound, RequestError
from fxwatch.flows import EXTRA_COLUMNS
from fxwatch.grading import GRADE_PARAMETERS
from fxwatch.procedure import REGISTER_PARAMETERS
from fxwatch.rule import BEGINNING, Dated, EarlyWarning, Monitor, Param, Rule, Version
from fxwatch.terms import Language

# The folder of rules of the house's own, and the package in which their modules are known.
_ADDED: dict[str, Path | None] = {"folder": None}
_ADDED_PACKAGE = "rules_of_the_house"

AnyRule = TypeVar("AnyRule", bound=Rule)

# What `find`, `not_computed` and `skipped` may name beside flows. Whoever runs the rules provides these.
INPUTS = {
    "calendar": "frame day, is_workday",
    "roll": "frame entity, transport_enterprise and the further columns of the roll",
    "settlements": "frame settlement_no, entity, kind, day, fx_group, amount_usd (see `inputs.SETTLEMENTS`)",
    "filings": "frame filing_no, filing, entity, authority, contract_no, contract, code, contract_usd, filed_on (see `inputs.FILINGS`)",
    "high_risk_economies": "frame economy, valid_from, valid_to: the dated list of data/",
    "first_loaded_day": "the day of the first flow on record",
    "last_quarter_end": "the last day of the newest quarter that the days on record cover to its end",
}
SEVERITY = "severity"
SEVERITIES = ("article", "supplementary")
UNIT_OF_SUFFIX = {"_usd": "USD", "_days": "days", "_share": "ratio", "_count": "count"}
MOST_TITLE_WORDS = 5

_PLAIN = re.compile(r"[0-9]{1,18}(\.[0-9]{1,6})?")
# The largest value of a parameter: cents stay exact in 64 bits, days and counts stay sane. By whether it is USD.
_LARGEST = (Decimal(1_000_000), Decimal(10**12))
_OF_THE_BUREAU = {**GRADE_PARAMETERS, **REGISTER_PARAMETERS}
_GROUPS = {"grade": ("Integrity grade", "诚信等级"), "register": ("Register", "登记簿")}

_TABLE = {
    "rule": pl.String,
    "title": pl.String,
    "parameter": pl.String,
    "value": pl.String,
    "unit": pl.String,
    "valid_from": pl.Date,
    "basis": pl.String,
    "meaning": pl.String,
}


@cache
def rules() -> dict[str, type[EarlyWarning]]:
    """The early-warning indicators by name, sorted.

    Raises:
        HouseError: a module is no rule; the sentence names file, line and reason.
    """
    found = rules_in("indicators.early_warning", EarlyWarning)
    for path in _files_of(_ADDED["folder"]):
        if path.stem in found or path.stem in monitors():
            raise _misfit(path, 1, f"the book has a rule {path.stem} already", f"指标 {path.stem} 已存在")
        found[path.stem] = rule_of(path)
    return dict(sorted(found.items()))


def look_into(folder: Path | None) -> None:
    """Make the rules of a folder part of the book, beside ours; None: ours alone.

    It holds for the whole process: of two homes that are open, the one whose settings were read last says which folder. Whoever
    runs rules in processes of their own calls it there too.
    """
    if folder != _ADDED["folder"]:
        _ADDED["folder"] = folder
        rules.cache_clear()


def added_folder() -> Path | None:
    """The folder whose rules are part of the book."""
    return _ADDED["folder"]


def rule_of(path: Path) -> type[EarlyWarning]:
    """The early-warning indicator in a file of its own; errors as for `rules`."""
    name = f"{_ADDED_PACKAGE}.{path.stem}"

    def read() -> ModuleType:
        spec = spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        # A dataclass looks its module up by name while it is made.
        sys.modules[name] = module = module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return _rule_in(name, EarlyWarning, path, read)


def _files_of(folder: Path | None) -> list[Path]:
    """The files of a folder that are rules: all but tests and those whose name begins with an underscore."""
    if folder is None:
        return []
    if not folder.is_dir():
        raise HouseError(
            f"The setting rules_folder names {folder}, which is no folder. Make it, or change the setting: fxwatch settings set rules_folder DIR",
            f"设置项 rules_folder 指向的 {folder} 不是目录。请建立该目录，或修改设置：fxwatch settings set rules_folder 目录",
        )
    return [path for path in sorted(folder.glob("*.py")) if not path.name.startswith(("_", "test_", "conftest"))]


@cache
def monitors() -> dict[str, type[Monitor]]:
    """The monitoring indicators by name, sorted; errors as for `rules`."""
    return rules_in("indicators.monitoring", Monitor)


def rules_in(package: str, kind: type[AnyRule]) -> dict[str, type[AnyRule]]:
    """The rules of one kind in a package; errors as for `rules`."""
    names = sorted(module.name for module in iter_modules(import_module(package).__path__))
    return {name: _rule_in(f"{package}.{name}", kind, _place(f"{package}.{name}")) for name in names}


def in_force(parameters: pl.DataFrame) -> dict[str, EarlyWarning]:
    """The early-warning indicators with the versions of their parameters.

    Args:
        parameters: the register's, columns name (`rule.param`), value, valid_from, basis, at. Of two versions with the same
            first day the later entry speaks. Versions of rules that are no longer in the book are passed over.
    """
    return {name: _with_versions(rule, parameters) for name, rule in rules().items()}


def unfed(book: Iterable[EarlyWarning | type[EarlyWarning]], empty: Collection[str]) -> list[tuple[str, str, str]]:
    """The rules that lack an input altogether: the rule, and what follows in English and in Chinese.

    Args:
        book: the rules.
        empty: the inputs of which nothing is loaded.
    """
    return [(rule.name(), english, chinese) for rule in book for what, english, chinese in rule.unfed if what in empty]


def severities(parameters: pl.DataFrame) -> dict[str, Dated]:
    """How severe each rule's hits are, with dates: a hit is as severe as its rule on the day on which it was raised.

    Args:
        parameters: as for `in_force`.
    """
    return {name: Dated(_severity_versions(rule, parameters)) for name, rule in rules().items()}


def _severity_versions(rule: type[EarlyWarning], parameters: pl.DataFrame) -> tuple[Version, ...]:
    name, default = f"{rule.name()}.{SEVERITY}", Version(BEGINNING, rule.severity, rule.basis)
    return _versions(name, default, parameters, partial(parse_value, rule.name(), SEVERITY))


def dated_param(rule: str, param: str) -> Param:
    """A dated parameter of a rule, its severity among them."""
    return next(p for p in dated_params(rules()[rule]) if p.name == param)


def dated_params(rule: type[EarlyWarning]) -> tuple[Param, ...]:
    """The parameters of a rule that may have versions: its own, then its severity."""
    severity = Param(
        name=SEVERITY,
        default=rule.severity,
        unit="word",
        meaning="whether its hits weigh as those of the article's rules (article) or as supplementary ones",
        meaning_zh="命中的级别：按文章所列指标（article）或按补充指标（supplementary）对待",
        choices=SEVERITIES,
    )
    return (*rule.params(), severity)


def inputs_of(rule: EarlyWarning) -> tuple[str, ...]:
    """Names of `INPUTS` that a rule asks for, in `find`, `not_computed` or `skipped`."""
    return tuple(
        sorted({name for method in (rule.find, rule.not_computed, rule.skipped) for name in inputs_named(method)})
    )


def inputs_named(method: Callable[..., Any]) -> list[str]:
    """Names of `INPUTS` that one of a rule's methods asks for."""
    named = inspect.signature(method).parameters.values()
    return [
        p.name for p in named if p.name not in ("self", "flows") and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    ]


def parameter_named(name: str) -> Callable[[str], Any]:
    """What reads the value of a parameter, `rule.param`, `grade.param` or `register.param`, from words.

    Raises:
        NotFound: there is no such parameter.
    """
    if name in _OF_THE_BUREAU:
        return _OF_THE_BUREAU[name].parse
    rule, _, param = name.partition(".")
    if rule in monitors():
        raise NotFound(
            f"{name} has no dates: {rule} is a monitor and takes its numbers when it is asked, see: fxwatch monitor --help",
            f"{name} 不设生效日：{rule} 是监管指标，其数值在查询时给定，见 fxwatch monitor --help。",
        )
    known = {f"{r}.{p.name}" for r, found in rules().items() for p in dated_params(found)}
    if name not in known:
        every = sorted(known | set(_OF_THE_BUREAU))
        # There are many: those of the rule that was named, else what looks alike, are what was meant.
        own = [one for one in every if one.startswith(f"{rule}.")]
        listed = own or get_close_matches(name, every, n=5)
        told = f"{'There are' if own else 'Close to it are'} {', '.join(listed)}. " if listed else ""
        told_zh = f"{'现有' if own else '相近的有'}：{'、'.join(listed)}。" if listed else ""
        raise NotFound(
            f"There is no parameter {name}. {told}All of them: fxwatch rules",
            f"没有参数 {name}。{told_zh}全部参数：fxwatch rules",
        )
    return lambda text: parse_value(rule, param, text)


def parse_value(rule: str, param: str, text: str) -> Any:
    """A value of a rule's parameter from words: a choice, or a number above 0 (USD with at most two decimals).

    Raises:
        RequestError: it does not fit.
    """
    told = dated_param(rule, param)
    name = f"{rule}.{param}"
    if told.choices:
        if text not in told.choices:
            allowed = ", ".join(told.choices)
            raise RequestError(
                f"{name} is one of {allowed}; found {text!r}.", f"{name} 只能是 {allowed}，实为 {text!r}。"
            )
        return text
    # Plain decimals alone, and small enough that cents stay exact in 64 bits.
    number = Decimal(text) if _PLAIN.fullmatch(text) else Decimal(0)
    decimals = {"USD": 2, "ratio": 6}.get(told.unit, 0)
    if not 0 < number <= _LARGEST[told.unit == "USD"] or number != round(number, decimals):
        kind, kind_zh = (
            ("a whole number", "整数")
            if not decimals
            else (f"a number with at most {decimals} decimals", f"至多 {decimals} 位小数的数")
        )
        raise RequestError(
            f"{name} is {kind} above 0, in {told.unit}; found {text!r}.",
            f"{name} 应为大于 0 的{kind_zh}（{told.unit}），实为 {text!r}。",
        )
    return int(number) if number == int(number) else number


def table(parameters: pl.DataFrame, language: Language = "en") -> pl.DataFrame:
    """Every rule, monitor and parameter of grades and of the register as it describes itself: one row a version of a parameter.

    Returns:
        rule, title, parameter, value, unit, valid_from (null: from the beginning of time), basis, meaning.
    """
    rows: list[tuple[Any, ...]] = []
    dated: list[Rule] = [*in_force(parameters).values(), *(monitor() for monitor in monitors().values())]
    for rule in dated:
        title = rule.title_zh if language == "zh" else rule.title
        found = [*_rows(rule, language), *_severity_rows(rule, parameters, language)]
        rows += [(rule.name(), title, *row) for row in found] or [
            (rule.name(), title, *[None] * 4, _basis(rule, language), None)
        ]
    for name, declared in _OF_THE_BUREAU.items():
        basis = declared.basis_zh if language == "zh" else declared.basis
        default = Version(BEGINNING, declared.default, basis)
        meaning = declared.meaning_zh if language == "zh" else declared.meaning
        group, _, param = name.partition(".")
        rows += [
            (group, _GROUPS[group][language == "zh"], param, v.value, declared.unit, v.valid_from, v.basis, meaning)
            for v in _versions(name, default, parameters, declared.parse)
        ]
    told = pl.DataFrame(rows, schema=_TABLE, orient="row")
    return told.with_columns(valid_from=pl.when(pl.col("valid_from") > BEGINNING).then("valid_from"))


def _rows(rule: Rule, language: Language) -> Iterator[tuple[Any, ...]]:
    for p in rule.params():
        meaning = p.meaning_zh if language == "zh" else p.meaning
        for v in rule.dated(p.name).versions:
            yield p.name, str(v.value), p.unit, v.valid_from, v.basis or _basis(rule, language), meaning


def _severity_rows(rule: Rule, parameters: pl.DataFrame, language: Language) -> Iterator[tuple[Any, ...]]:
    if not isinstance(rule, EarlyWarning):
        return
    told = dated_param(rule.name(), SEVERITY)
    meaning = told.meaning_zh if language == "zh" else told.meaning
    for version in _severity_versions(type(rule), parameters):
        basis = version.basis if version.valid_from > BEGINNING else _basis(rule, language)
        yield SEVERITY, version.value, told.unit, version.valid_from, basis, meaning


def _basis(rule: Rule, language: Language) -> str:
    return (language == "zh" and rule.basis_zh) or rule.basis


def _with_versions(rule: type[EarlyWarning], parameters: pl.DataFrame) -> EarlyWarning:
    versions = {}
    for p in rule.params():
        name = f"{rule.name()}.{p.name}"
        found = _versions(name, Version(BEGINNING, p.default), parameters, partial(parse_value, rule.name(), p.name))
        if len(found) > 1 or found[0].value != p.default:
            versions[p.name] = Dated(found)
    return rule(**versions)


def _versions(
    name: str, default: Version, parameters: pl.DataFrame, parse: Callable[[str], Any]
) -> tuple[Version, ...]:
    found: dict[date, Version] = {BEGINNING: default}
    entered = parameters.filter(pl.col("name") == name).sort("at", maintain_order=True)
    for value, valid_from, basis in entered.select("value", "valid_from", "basis").iter_rows():
        found[valid_from] = Version(valid_from, parse(value), basis or "")
    return tuple(found[day] for day in sorted(found))


def _place(module_name: str) -> Path:
    return Path(*module_name.split(".")).with_suffix(".py")


def _rule_in(
    module_name: str, kind: type[AnyRule], where: Path, read: Callable[[], ModuleType] | None = None
) -> type[AnyRule]:
    try:
        module = read() if read else import_module(module_name)
    except Exception as fault:  # whatever a rule's file does wrong, the sentence must name it
        line = fault.lineno if isinstance(fault, SyntaxError) else _line_of(fault, where)
        what = fault.msg if isinstance(fault, SyntaxError) else fault
        raise _misfit(where, line, f"it cannot be read: {what}", f"无法读入：{what}") from fault
    found = [
        c for c in vars(module).values() if inspect.isclass(c) and issubclass(c, Rule) and c.__module__ == module_name
    ]
    if len(found) != 1 or not issubclass(found[0], kind):
        names = ", ".join(c.__name__ for c in found) or "none"
        raise _misfit(
            where,
            None,
            f"a rule's file has one class, of kind {kind.__name__}; found {names}",
            f"每个文件应有且只有一个 {kind.__name__} 类，实为 {names}",
        )
    rule: type[AnyRule] = found[0]
    for line, english, chinese in _faults(rule, module):
        raise _misfit(where, line, english, chinese)
    return rule


def _misfit(where: Path, line: int | None, english: str, chinese: str) -> HouseError:
    place = f"{where}, line {line}" if line else str(where)
    return HouseError(
        f"{place} is no rule: {english}. Mend it or take it out of the folder.",
        f"{place} 不是合格的指标：{chinese}。请修正或移出该目录。",
    )


def _line_of(fault: BaseException, where: Path) -> int | None:
    frame, line = fault.__traceback__, None
    while frame is not None:
        line = frame.tb_lineno if frame.tb_frame.f_code.co_filename.endswith(str(where)) else line
        frame = frame.tb_next
    return line


def _faults(rule: type[Rule], module: ModuleType) -> Iterator[tuple[int | None, str, str]]:
    """What keeps a class from being a rule: line, reason, reason in Chinese."""
    lines, start = inspect.getsourcelines(rule)

    def line(name: str) -> int:
        return next((start + n for n, text in enumerate(lines) if re.match(rf"\s*{name}\s*[:=]", text)), start)

    if not (module.__doc__ or "").startswith(f"{rule.name()}: "):
        yield (
            1,
            f"the file's first line should begin with {rule.name()!r} and a colon",
            f"文件首行应以“{rule.name()}: ”开头",
        )
    if not is_dataclass(rule) or not rule.__dataclass_params__.frozen:  # type: ignore[attr-defined]
        yield start, "the class should be a frozen dataclass", "类应为 frozen dataclass"
    doc = inspect.cleandoc(rule.__dict__.get("__doc__") or "")
    if not doc.partition("\n")[0].endswith("."):
        yield start, "the docstring's first line should be one sentence", "说明的首行应为一句完整的话"
    for heading in ("Why it matters: ", "Leaves out: "):
        if heading not in doc:
            yield start, f"the docstring should say {heading.strip()!r}", f"说明中应有“{heading.strip()}”"
    for fact in _facts(rule):
        if not isinstance(getattr(rule, fact, None), str) or not getattr(rule, fact).strip():
            yield start, f"the fact {fact} is missing", f"缺少 {fact}"
    if len(rule.title.split()) > MOST_TITLE_WORDS:
        yield (
            line("title"),
            f"the title has more than {MOST_TITLE_WORDS} words: {rule.title!r}",
            f"标题超过 {MOST_TITLE_WORDS} 个词：{rule.title!r}",
        )
    for field in fields(rule):
        if "unit" not in field.metadata:
            yield (
                line(field.name),
                f"parameter {field.name} should be declared with param()",
                f"参数 {field.name} 应以 param() 声明",
            )
    for p in rule.params():
        yield from ((line(p.name), *reason) for reason in _parameter_faults(p))
    method = rule.find if issubclass(rule, EarlyWarning) else rule.measure  # type: ignore[attr-defined]
    if method.__qualname__.startswith(("EarlyWarning.", "Monitor.")):
        yield start, f"it should say how it works in {method.__name__}()", f"应以 {method.__name__}() 说明如何计算"
    if issubclass(rule, EarlyWarning):
        yield from _early_warning_faults(rule, line)


def _facts(rule: type[Rule]) -> tuple[str, ...]:
    shared = ("title", "title_zh", "basis")
    return (*shared, "because", "because_zh") if issubclass(rule, EarlyWarning) else shared


def _parameter_faults(p: Param) -> Iterator[tuple[str, str]]:
    if not p.unit.strip() or not p.meaning.strip() or not p.meaning_zh.strip():
        yield (
            f"parameter {p.name} should have a unit and a meaning in both languages",
            f"参数 {p.name} 应有单位和中英文含义",
        )
    suffix = next((s for s in UNIT_OF_SUFFIX if p.name.endswith(s)), None)
    wanted = next((s for s, unit in UNIT_OF_SUFFIX.items() if unit == p.unit), None)
    if suffix != wanted:
        yield (
            f"the name and the unit of parameter {p.name} ({p.unit}) disagree",
            f"参数 {p.name} 的名称后缀与单位（{p.unit}）不一致",
        )
    if isinstance(p.default, str) and p.default not in p.choices:
        yield (
            f"parameter {p.name} should name its choices, {p.default!r} among them",
            f"参数 {p.name} 应列出可选值，且含默认值 {p.default!r}",
        )


def _early_warning_faults(
    rule: type[EarlyWarning], line: Callable[[str], int]
) -> Iterator[tuple[int | None, str, str]]:
    for fact, allowed in (
        ("unit", ("USD", "days", "count", "ratio")),
        ("severity", SEVERITIES),
        ("partition", ("entity", "counterparty")),
    ):
        if getattr(rule, fact) not in allowed:
            yield (
                line(fact),
                f"{fact} should be one of {', '.join(allowed)}, found {getattr(rule, fact)!r}",
                f"{fact} 只能是 {'、'.join(allowed)}",
            )
    if rule.threshold and rule.threshold not in {p.name for p in rule.params()}:
        yield line("threshold"), f"there is no parameter {rule.threshold}", f"没有参数 {rule.threshold}"
    if not rule.threshold and rule.under_each is not EarlyWarning.under_each:
        yield (
            line("under_each"),
            "it says what it finds under_each() limit, but names no threshold",
            "以 under_each() 说明各限额下的结果，却未声明 threshold",
        )
    for column in set(rule.columns) - set(EXTRA_COLUMNS):
        yield line("columns"), f"there is no column {column} to ask for", f"没有可用的列 {column}"
    for method in (rule.find, rule.not_computed, rule.skipped):
        for name in inputs_named(method):
            if name not in INPUTS:
                known = ", ".join(INPUTS)
                at = inspect.getsourcelines(method)[1]
                yield (
                    at,
                    f"{method.__name__}() asks for {name}, which is no input; there are {known}",
                    f"{method.__name__}() 所需的 {name} 不是可用的输入；现有 {known}",
                )
