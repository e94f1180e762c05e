"""Every sentence and title of the documents, in both languages, by name."""

from fxwatch.terms import Language

PHRASES: dict[str, tuple[str, str]] = {
    # ---- the entity's file: its title and its parts
    "entity_file": ("File of the entity", "企业档案"),
    "simulation": (
        "Everything in this document is invented: it comes from a simulation home.",
        "本文件全部内容均为虚构，来自模拟库。",
    ),
    "who": ("Who it is", "主体信息"),
    "versions": ("Versions of the entry in the roll", "名录登记的各版本"),
    "grade": ("Grade", "诚信等级"),
    "reasons": ("What counts toward the grade, and what does not", "评级所依据的预警提示和违规"),
    "history": ("Grade history", "等级变动"),
    "history_note": (
        "As known now: what the grade was on each day, with all that is on record today. As told then: what the bureau would "
        "have answered on each day from the acts it had made by then.",
        "“现在所知”：按今日全部登记，各日的等级；“当时所知”：按当日已作出的登记，监管部门当日会作出的答复。",
    ),
    "by_month": ("Receipts and payments by month", "分月收付汇"),
    "by_item": ("Receipts and payments by item", "分项目收付汇"),
    "by_economy": ("Receipts and payments by economy", "分国家（地区）收付汇"),
    "by_counterparty": ("Receipts and payments by counterparty", "分交易对方收付汇"),
    "by_scope": ("Domestic and cross-border receipts and payments", "境内与跨境收付汇"),
    "sums_note": (
        "Sums of classified flows in scope, as they stand. {unclassified} flows wait for their code, {out_of_scope} are out of scope "
        "and {deleted} were deleted: they are listed with the flows and in no sum.",
        "为范围内已归类的现行记录之和。另有待归类 {unclassified} 笔、范围外 {out_of_scope} 笔、已删除 {deleted} 笔，列于明细，不计入合计。",
    ),
    "hits": ("Hits with their evidence", "预警命中及其证据"),
    "evidence": ("Evidence: the flows behind each hit", "证据：各命中所依据的收付汇记录"),
    "notices": ("Notices", "预警提示"),
    "breaches": ("Breaches", "违规"),
    "acts": ("Acts: what the bureau did", "登记事项：监管部门所作的处理"),
    "act_hits": ("Copies of hits that the acts keep", "登记事项中保存的命中副本"),
    "parameters": ("Parameters", "参数"),
    "rests_on": ("What this file rests on", "本档案所依据的批次和快照"),
    "flows": ("All flows", "收付汇明细"),
    "papers": ("Files and letters produced before this one", "此前出具的文书"),
    "papers_note": (
        "This part and the box above it that says who produced the document are not covered by the digest.",
        "本部分及说明出具人的栏目不在摘要覆盖范围内。",
    ),
    "empty": ("Nothing on record.", "无记录。"),
    "no_flows": ("No flow of this entity is on record.", "该主体无收付汇记录。"),
    "no_run": ("No run was made yet: nothing was judged.", "尚未运行，未作任何判断。"),
    "contents": ("Contents", "目录"),
    "produced": ("Produced", "出具"),
    "produced_by": (
        "Produced by {by} ({role}) on {day}, {at} UTC.",
        "{by}（{role}）于 {day} 出具，时刻 {at} UTC。",
    ),
    "digest": ("Digest (SHA-256)", "摘要（SHA-256）"),
    "digest_note": (
        "The digest stands for the content in every language and form, and is on record in the register. "
        "To check it: fxwatch papers --digest {short}",
        "摘要对应同一内容的各语言、各格式文本，并已登记在登记簿。核对方法：fxwatch papers --digest {short}",
    ),
    "grade_on": ("Grade on {day}", "{day} 的等级"),
    "in_force": ("In force on {day}", "{day} 有效"),
    # ---- pictures
    "picture_months": (
        "Receipts (up) and payments (down) by month, million USD{cut}",
        "各月收入（上）与支出（下），百万美元{cut}",
    ),
    "picture_cut": (", the last {months} months", "，最近 {months} 个月"),
    "picture_grades": ("Grade over time, from {first} to {last}", "等级时序，{first} 至 {last}"),
    "known_now": ("As known now", "现在所知"),
    "known_then": ("As told then", "当时所知"),
    "picture_work": ("Hits by month and what became of them", "各月命中及其处理"),
    "picture_steps": ("Hits by {about}", "各步命中数：{about}"),
    "bars_now": ("found now", "目前"),
    "bars_kept": ("found now as well", "目前也有"),
    "bars_new": ("new", "新增"),
    # ---- what-if
    "what_if": ("What if: {about}", "试算：{about}"),
    "shadow_compared": ("Shadow {about} compared", "影子运行 {about} 对照"),
    "steps": ("Step by step", "逐步结果"),
    "moved": ("Provisional grades that would move", "预计等级变动"),
    "near_misses": ("Within 10 % below the limit", "接近限额（低于限额 10% 以内）"),
    "changed_hits": ("Hits new or lost", "新增或消失的命中"),
    # ---- the letter
    "letter": ("Notice of early warning", "预警提示函"),
    "letter_number": ("No. {notice}", "编号：{notice}"),
    "letter_day": ("Date: {day}", "日期：{day}"),
    "letter_to": ("To: {name}", "致：{name}"),
    "letter_code": ("Entity code: {entity_id}", "主体代码：{entity_id}"),
    "letter_opening": (
        "In the off-site supervision of trade in services, the receipts and payments that your bank declared for your "
        "enterprise met the early-warning indicators below. This notice draws your attention to them. Please verify the "
        "transactions named, keep their contracts, invoices and tax certificates at hand, and cooperate when asked.",
        "在服务贸易外汇收支非现场监管中，经银行申报的贵单位收付汇记录触发了下列预警指标，现予提示。"
        "请贵单位核实所列交易，备妥合同、发票、税务凭证等资料，并配合核查。",
    ),
    "letter_counts": (
        "This notice counts toward your integrity grade for the year that grades look back on, until it is rescinded.",
        "本提示在评级回看期内计入贵单位诚信等级，撤销后不再计入。",
    ),
    "letter_rescinded": (
        "This notice was rescinded on {day} (act {act}). It counts no longer; this print is for the record.",
        "本提示已于 {day} 撤销（登记事项第 {act} 项），不再计入；本件仅供存档。",
    ),
    "findings": ("Findings", "预警情况"),
    "supplement": (
        "Findings that joined this notice on {day} (act {act}); they do not count again.",
        "{day} 并入本提示的情况（登记事项第 {act} 项），不另计次。",
    ),
    "legal_basis": ("Legal basis and parameters in force", "依据和适用参数"),
    "objection": ("How to object", "异议"),
    "objection_until": (
        "You may object in writing, with your reasons and documents, to the bureau that signs below within {days} working days of "
        "the date of this notice, that is until {until}. If the objection is upheld, the notice is rescinded and your grade "
        "follows at once.",
        "贵单位如有异议，可自本提示日期起 {days} 个工作日内（即 {until} 前，含当日）向落款单位书面提出，并附理由和证明材料。"
        "异议成立的，本提示予以撤销，贵单位等级随即调整。",
    ),
    "objection_days": (
        "You may object in writing, with your reasons and documents, to the bureau that signs below within {days} working days of "
        "the date of this notice. If the objection is upheld, the notice is rescinded and your grade follows at once.",
        "贵单位如有异议，可自本提示日期起 {days} 个工作日内向落款单位书面提出，并附理由和证明材料。"
        "异议成立的，本提示予以撤销，贵单位等级随即调整。",
    ),
    "signature": ("Signature and seal", "（签章）"),
    "bureau": ("The bureau", "监管部门"),
    "annex": ("Annex: the flows behind the findings", "附件：预警所涉收付汇记录"),
    "annex_note": (
        "As they stood when the notice was issued; the copy in act {act} has them in full.",
        "为提示发出时的记录；登记事项第 {act} 项保存完整副本。",
    ),
    # ---- the report on the bureau's work
    "work": ("From hits to notices to breaches", "命中、提示与违规处理报告"),
    "work_period": (
        "Hits raised from {first} to {last}; acts of those days.",
        "触发日 {first} 至 {last} 的命中，以及该期间的登记事项。",
    ),
    "work_all": ("All hits and acts on record.", "全部命中和登记事项。"),
    "by_rule": ("By rule", "分指标"),
    "by_rule_and_month": ("By rule and month", "分指标、分月"),
    "work_by_month": ("By month", "分月"),
    "by_account": ("By account: who decided how much", "分账户：各经办人的处理量"),
    "reasons_dismissed": ("Why hits were dismissed", "排除的理由"),
    "work_note": (
        "A month is that of the day on which a hit was raised. Dismissed share: of the hits that were noticed or dismissed. Ages: days "
        "from the day a hit was found to the decision that stands. Breaches: those on record of the noticed entities, dated "
        "on or after the notice.",
        "月份按命中触发日。排除占比：占已提示与已排除命中之比。时长：自发现日至现行决定之日的天数。违规：被提示主体在提示当日及其后的违规登记。",
    ),
    "total": ("total", "合计"),
}


def phrase(name: str, language: Language, /, **values: object) -> str:
    """A sentence in the reader's language."""
    english, chinese = PHRASES[name]
    return (chinese if language == "zh" else english).format(**values)
