"""The examination of what banks were told and is not in the register yet: journals, and what lies beside them."""

from collections.abc import Iterator
from pathlib import Path

from fxwatch.recording.folding import ASIDE, journals_in
from fxwatch.recording.journal import BEGUN, FOLDER
from fxwatch.upkeep.findings import Finding, Severity, some


def records(home: Path) -> Iterator[Finding]:
    """Look at the folder of records: lines that were put aside, and files that are no journals."""
    folder = home / FOLDER
    if not folder.is_dir():
        return
    journals = set(journals_in(home))
    others = [path for path in sorted(folder.iterdir()) if path not in journals and path.suffix != BEGUN]
    aside = [path for path in others if path.suffix == ASIDE]
    foreign = [path for path in others if path.suffix != ASIDE]
    if aside:
        names, names_zh = some([path.name for path in aside])
        yield Finding(
            "records_aside",
            Severity.ATTENTION,
            str(folder),
            (
                f"Lines of journals that are no records were put aside: {names}. After a loss of power an answer may be among them.",
                f"查询记录日志中不成记录的行已另存：{names_zh}。断电之后，其中可能有已答复的记录。",
            ),
            ("Look through them; remove the files when that is done.", "请逐行查看，之后即可删除这些文件。"),
        )
    if foreign:
        names, names_zh = some([path.name for path in foreign])
        yield Finding(
            "records_foreign",
            Severity.ATTENTION,
            str(folder),
            (f"What is no journal lies among the records: {names}.", f"查询记录目录中有并非日志的内容：{names_zh}。"),
            ("Move it elsewhere.", "请移至他处。"),
        )
