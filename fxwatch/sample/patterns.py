"""What can be planted: one function a kind, named after the rule that ought to see it.

Each draws the flows of one episode of one entity. The honest have some of the same shapes for good reasons, so the
same functions draw them too.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import polars as pl

from fxwatch.facts import facts
from fxwatch.sample.days import Days
from fxwatch.sample.entities import Entities
from fxwatch.sample.rooms import Room
from fxwatch.sample.trades import (
    CODE_ITEM,
    CODE_NUMBER,
    CODES,
    CURRENCY,
    ECONOMY,
    ECONOMY_WEIGHT,
    ITEMS,
    TRADES,
    VAGUE,
    Floats,
)
from fxwatch.terms import Item

# Columns of a drawn flow, before anything is text. Numbers of -1 stand for none, or for "to be drawn".
ROW: dict[str, pl.DataType | type[pl.DataType]] = {
    "entity": pl.Int32,
    "direction": pl.Int8,
    "code": pl.Int16,
    "day": pl.Int32,
    "usd": pl.Float64,
    "currency": pl.Int8,
    "counterparty": pl.Int64,
    "payment_type": pl.Int8,
    "contract": pl.Int64,
    "invoice": pl.Int64,
    "pattern": pl.Int32,
    "filed": pl.Int8,
}

RECEIPT, PAYMENT = 0, 1
ADVANCE, ON_DELIVERY, REFUND, OTHER = range(4)
PAYMENT_TYPES = ("A", "P", "R", "O")

USD = CURRENCY.index("USD")

# Items in which services are hard to see: what misconduct likes to be called.
SOFT = (Item.CONSULTING, Item.OTHER_BUSINESS, Item.COMPUTER_INFORMATION, Item.ADVERTISING, Item.ROYALTIES)
RELATED = (Item.CONSULTING, Item.ROYALTIES, Item.OTHER_BUSINESS)

_TRANSPORT_NUMBER = ITEMS.index(Item.TRANSPORT)
_NOT_TRANSPORT = frozenset(range(len(ITEMS))) - {_TRANSPORT_NUMBER}

_CODE_SHARE: dict[Item, Floats] = {
    item: np.array(list(codes.values())) / sum(codes.values()) for item, codes in CODES.items()
}


@dataclass
class Planter:
    """Draws episodes into rows, and hands out counterparties, contracts and invoices nobody else has."""

    rng: np.random.Generator
    days: Days
    entities: Entities
    first_counterparty: int
    pattern: int = -1
    economies: list[int] = field(default_factory=list)
    rows: list[tuple[int, int, int, int, float, int, int, int, int, int, int, int]] = field(default_factory=list)
    contracts: int = 0
    invoices: int = 0
    # What everyday trade must keep out of: days, and items in which an entity has nothing but what is planted.
    rooms: list[Room] = field(default_factory=list)
    closed: dict[int, set[Item]] = field(default_factory=dict)
    _planted_in: dict[int, set[Item]] = field(default_factory=dict)

    def flow(
        self,
        entity: int,
        direction: int,
        item: Item | int,
        day: int,
        usd: float,
        counterparty: int,
        *,
        currency: int = -1,
        payment_type: int = ON_DELIVERY,
        contract: int = -1,
        invoice: int = -1,
        filed: int = -1,
    ) -> None:
        """Add one flow. `item` may be the number of a code; `day` is the number of a working day; `filed` 0: nobody filed it."""
        code = item if isinstance(item, int) else self.code(item)
        self._planted_in.setdefault(entity, set()).add(ITEMS[CODE_ITEM[code]])
        if invoice < 0:
            invoice = self.invoice()
        row = (
            entity,
            direction,
            code,
            self.days.working_day(day),
            usd,
            currency,
            counterparty,
            payment_type,
            contract,
            invoice,
            self.pattern,
            filed,
        )
        self.rows.append(row)

    def frame(self) -> pl.DataFrame:
        """Everything planted."""
        return pl.DataFrame(self.rows, schema=ROW, orient="row")

    def counterparty(self, economy: int = -1) -> int:
        """A new counterparty."""
        self.economies.append(economy if economy >= 0 else self.economy())
        return self.first_counterparty + len(self.economies) - 1

    def economy(self) -> int:
        """Any economy."""
        return int(self.rng.choice(len(ECONOMY), p=ECONOMY_WEIGHT / ECONOMY_WEIGHT.sum()))

    def contract(self) -> int:
        """A new contract."""
        self.contracts += 1
        return self.contracts

    def invoice(self) -> int:
        """A new invoice."""
        self.invoices += 1
        return self.invoices

    def code(self, item: Item) -> int:
        """A code of an item."""
        return CODE_NUMBER[list(CODES[item])[int(self.rng.choice(len(CODES[item]), p=_CODE_SHARE[item]))]]

    def item(self, entity: int, direction: int, among: tuple[Item, ...] = ITEMS) -> Item:
        """One of the items, as the entity's trade draws them."""
        among = tuple(i for i in among if i not in self.closed.get(entity, ()))
        drawn = TRADES[int(self.entities.trade[entity])].drawn[direction][[ITEMS.index(i) for i in among]]
        return among[int(self.rng.choice(len(among), p=drawn / drawn.sum()))]

    def foreign_item(self, entity: int, direction: int) -> Item:
        """An item that the entity's trade hardly draws and in which nothing of its is planted; from now on it has no other flows."""
        drawn = TRADES[int(self.entities.trade[entity])].drawn[direction]
        known = self._planted_in.get(entity, set()) | {Item.TRANSPORT, Item.OTHER_BUSINESS}
        strange = sorted((n for n in range(len(ITEMS)) if ITEMS[n] not in known), key=lambda n: drawn[n])
        chosen = ITEMS[strange[self.between(0, min(4, len(strange) - 1))]]
        self.closed.setdefault(entity, set()).add(chosen)
        return chosen

    def make_room(
        self,
        entity: int,
        first: int,
        last: int,
        *,
        direction: int = -1,
        items: frozenset[int] = frozenset(),
        least_usd: float = 0.0,
        spare_usd: float = 0.0,
    ) -> None:
        """Keep everyday flows away from the working days of these numbers and the days off between them."""
        begin, end = self.days.working_day(first), self.days.working_day(last)
        self.rooms.append(Room(entity, begin, end, direction, items, least_usd, spare_usd))

    def usd(self, low: float, high: float) -> float:
        """An amount, even on a logarithmic scale."""
        return float(np.exp(self.rng.uniform(np.log(low), np.log(high))))

    def parts(self, total: float, count: int) -> list[float]:
        """A total in unequal parts."""
        return [float(share) * total for share in self.rng.dirichlet(np.full(count, 6.0))]

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return int(self.rng.integers(low, high + 1))


def _split(p: Planter, e: int, start: int, strength: float) -> None:
    payee, contract, item = p.counterparty(), p.contract(), p.item(e, PAYMENT, SOFT)
    for n in range(p.between(3, 4 + int(4 * strength))):
        p.flow(
            e,
            PAYMENT,
            item,
            start + min(n, 4),
            p.usd(31_000, 49_900),
            payee,
            contract=contract,
            payment_type=p.between(ADVANCE, ON_DELIVERY),
        )


def _near_limit(p: Planter, e: int, start: int, strength: float) -> None:
    count = p.between(4, 5 + int(3 * strength))
    days = sorted(p.rng.choice(18, count, replace=False).tolist())
    # What came near in the weeks before would be part of the same finding.
    if p.entities.transport[e]:
        direction = p.between(RECEIPT, PAYMENT)
        p.make_room(
            e, start - 20, start + 18, direction=direction, items=frozenset([_TRANSPORT_NUMBER]), least_usd=250_000
        )
        for day in days:
            p.flow(e, direction, Item.TRANSPORT, start + day, p.usd(456_000, 498_500), p.counterparty(), currency=USD)
        return
    payee, item = p.counterparty(), p.item(e, PAYMENT, SOFT)
    p.make_room(e, start - 20, start + 18, direction=PAYMENT, items=_NOT_TRANSPORT, least_usd=100_000)
    for day in days:
        p.make_room(e, start + day, start + day, direction=PAYMENT, items=_NOT_TRANSPORT)
        for part in p.parts(p.usd(915_000, 995_000), p.between(1, 2)):
            p.flow(e, PAYMENT, item, start + day, part, payee, currency=USD)


def _fan_out(p: Planter, e: int, start: int, strength: float) -> None:
    item = p.item(e, PAYMENT, SOFT)
    p.make_room(e, start - 3, start + 2, direction=PAYMENT)
    # It begins with one: a day on which nothing holds parts it from what was found before.
    for n in range(p.between(5, 6 + int(6 * strength))):
        day = start + (p.between(1, 2) if n else 0)
        p.flow(e, PAYMENT, item, day, p.usd(48_000, 190_000), p.counterparty(), payment_type=ADVANCE)


def _round_trip(p: Planter, e: int, start: int, strength: float) -> None:
    friend, item = p.counterparty(), p.item(e, PAYMENT, SOFT)
    for n in range(p.between(1, 2 + int(2 * strength))):
        amount, day = p.usd(120_000, 900_000), start + 15 * n
        p.flow(e, RECEIPT, p.item(e, RECEIPT, SOFT), day, amount, friend)
        p.flow(e, PAYMENT, item, day + p.between(1, 9), amount * p.rng.uniform(0.965, 0.995), friend)


def _pass_through(p: Planter, e: int, start: int, strength: float) -> None:
    total = p.usd(600_000, 1_500_000 + 2_500_000 * strength)
    p.make_room(e, start - 4, start + 4)
    # It begins with what comes in: a day on which nothing holds parts it from what was found before.
    for n, part in enumerate(p.parts(total, p.between(1, 3))):
        p.flow(e, RECEIPT, p.item(e, RECEIPT, SOFT), start + (p.between(0, 1) if n else 0), part, p.counterparty())
    for part in p.parts(total * p.rng.uniform(0.965, 0.99), p.between(1, 3)):
        p.flow(e, PAYMENT, p.item(e, PAYMENT, SOFT), start + p.between(1, 4), part, p.counterparty())


def _dormant(p: Planter, e: int, start: int, strength: float) -> None:
    _burst(p, e, start, 9, p.between(3, 7), p.usd(600_000, 1_200_000 + 2_000_000 * strength))


def _new_entity(p: Planter, e: int, start: int, strength: float) -> None:
    _burst(p, e, start, 90, p.between(4, 10), p.usd(1_200_000, 2_500_000 + 3_000_000 * strength))


def _jump(p: Planter, e: int, start: int, strength: float) -> None:
    direction, item = _burst(p, e, start, 12, p.between(4, 9), p.usd(1_300_000, 2_500_000 + 4_000_000 * strength))
    # Half of twelve months lie above their median, so that it is a sixth of all of them at most: 200,000.
    month = p.days.days[p.days.working_day(start)].replace(day=1)
    before = p.days.number_of((month - p.days.first).days) - 1
    items = frozenset([ITEMS.index(item)])
    p.make_room(e, before - 280, before, direction=direction, items=items, spare_usd=1_200_000)


def _burst(p: Planter, e: int, start: int, span: int, count: int, total: float) -> tuple[int, Item]:
    """Many flows of one direction and item, which it gives back, within some working days."""
    direction = p.between(RECEIPT, PAYMENT)
    item, friend = p.item(e, direction, SOFT), p.counterparty()
    days = [0, *(p.between(0, span) for _ in range(count - 1))]
    for day, part in zip(days, p.parts(total, count), strict=True):
        p.flow(e, direction, item, start + day, part, friend if p.rng.random() < 0.6 else p.counterparty())
    return direction, item


def _new_item(p: Planter, e: int, start: int, strength: float) -> None:
    direction = p.between(RECEIPT, PAYMENT)
    item = p.foreign_item(e, direction)
    count = p.between(3, 6)
    for part in p.parts(p.usd(600_000, 1_000_000 + 2_000_000 * strength), count):
        p.flow(e, direction, item, start + p.between(0, 17), part, p.counterparty())


def _refund(p: Planter, e: int, start: int, strength: float) -> None:
    item = p.item(e, PAYMENT, SOFT)
    two_years = p.days.number_of(731)
    for _ in range(p.between(1, 2 + int(2 * strength))):
        supplier, amount = p.counterparty(), p.usd(60_000, 600_000)
        # Half of them come long after a payment (more than 180 days), the others after none, which takes two years to know.
        if start < two_years or p.rng.random() < 0.5:
            p.flow(e, PAYMENT, item, start - p.between(132, 139), amount, supplier, payment_type=ADVANCE)
        p.flow(
            e, RECEIPT, item, start + p.between(0, 10), amount * p.rng.uniform(0.96, 1.0), supplier, payment_type=REFUND
        )


def _invoice_twice(p: Planter, e: int, start: int, strength: float) -> None:
    for _ in range(p.between(1, 2 + int(2 * strength))):
        supplier, item, invoice, amount = (
            p.counterparty(),
            p.item(e, PAYMENT, SOFT),
            p.invoice(),
            float(round(p.usd(20_000, 400_000))),
        )
        first = start + p.between(0, 5)
        for day in (first, first + p.between(5, 90)):
            p.flow(e, PAYMENT, item, day, amount, supplier, currency=USD, invoice=invoice)


def _related(p: Planter, e: int, start: int, strength: float) -> None:
    count = p.between(3, 6)
    parent, item = p.counterparty(int(p.entities.investor[e])), p.item(e, PAYMENT, RELATED)
    total = p.usd(1_200_000, 2_000_000 + 3_000_000 * strength)
    items = frozenset(ITEMS.index(i) for i in RELATED)
    p.make_room(e, start, _quarter_end(p, start), direction=PAYMENT, items=items, spare_usd=0.15 * total)
    for part in p.parts(total, count):
        p.flow(e, PAYMENT, item, start + p.between(0, 50), part, parent, contract=p.contract())


def _high_risk(p: Planter, e: int, start: int, strength: float) -> None:
    first, last = (p.days.days[p.days.working_day(n)] for n in (start, start + 12))
    payee, item = p.counterparty(int(p.rng.choice(listed(first, last)))), p.item(e, PAYMENT, SOFT)
    count = p.between(2, 5)
    for part in p.parts(p.usd(150_000, 300_000 + 700_000 * strength), count):
        p.flow(e, PAYMENT, item, start + p.between(0, 12), part, payee)


def _vague(p: Planter, e: int, start: int, strength: float) -> None:
    count, direction = p.between(5, 10), p.between(RECEIPT, PAYMENT)
    total = p.usd(1_200_000, 2_000_000 + 2_500_000 * strength)
    p.make_room(e, start, _quarter_end(p, start), direction=direction, spare_usd=0.7 * total)
    for part in p.parts(total, count):
        p.flow(e, direction, VAGUE[int(p.rng.random() < 0.2)], start + p.between(0, 50), part, p.counterparty())


def _settled_beyond(p: Planter, e: int, start: int, strength: float) -> None:
    """What is declared is little; what is settled or bought beside it is invented with all that others hand in (`authorities`)."""
    direction, friend = p.between(RECEIPT, PAYMENT), p.counterparty()
    item = p.item(e, direction, SOFT)
    for _ in range(p.between(1, 3)):
        p.flow(e, direction, item, start + p.between(0, 30), p.usd(20_000, 80_000), friend)


def _overpaid(p: Planter, e: int, start: int, strength: float) -> None:
    """The contract is filed for less (`authorities`)."""
    payee, contract, item = p.counterparty(), p.contract(), p.item(e, PAYMENT, SOFT)
    for n, part in enumerate(p.parts(p.usd(250_000, 700_000 + 1_000_000 * strength), p.between(3, 5))):
        p.flow(e, PAYMENT, item, start + 9 * n + p.between(0, 8), part, payee, contract=contract)


def _unfiled(p: Planter, e: int, start: int, strength: float) -> None:
    payee, contract, item = p.counterparty(), p.contract(), p.item(e, PAYMENT, SOFT)
    for _ in range(p.between(2, 3 + int(3 * strength))):
        p.flow(e, PAYMENT, item, start + p.between(0, 40), p.usd(58_000, 260_000), payee, contract=contract, filed=0)


def _quarter_end(p: Planter, start: int) -> int:
    """The number of the last working day of the quarter in which a working day lies."""
    day = p.days.days[p.days.working_day(start)]
    after = date(day.year + day.month // 10, (day.month + 2) // 3 * 3 % 12 + 1, 1)
    if after > p.days.last:
        return len(p.days.working) - 1
    return p.days.number_of((after - p.days.first).days) - 1


def listed(first: date, last: date) -> list[int]:
    """The numbers of the economies that were on the list of high risks all the time between two days."""
    rows = [row for row in facts("high_risk_economies.csv") if row["valid_from"] <= first.isoformat()]
    still = {row["economy"] for row in rows if not row["valid_to"] or row["valid_to"] >= last.isoformat()}
    return [number for number, economy in enumerate(ECONOMY) if economy in still]


def _large_transport(p: Planter, e: int, start: int, strength: float) -> None:
    direction = p.between(RECEIPT, PAYMENT)
    for n in range(p.between(1, 3)):
        p.flow(
            e,
            direction,
            Item.TRANSPORT,
            start + 3 * n,
            p.usd(560_000, 1_200_000 + 2_000_000 * strength),
            p.counterparty(),
        )


def _large_day(p: Planter, e: int, start: int, strength: float) -> None:
    direction, count = p.between(RECEIPT, PAYMENT), p.between(2, 5)
    item, friend = (
        p.item(e, direction, tuple(i for i in ITEMS if i not in (Item.TRANSPORT, Item.TRAVEL))),
        p.counterparty(),
    )
    for part in p.parts(p.usd(1_150_000, 2_000_000 + 2_000_000 * strength), count):
        p.flow(e, direction, item, start, part, friend)


def _streak(p: Planter, e: int, start: int, strength: float) -> None:
    direction = p.between(RECEIPT, PAYMENT)
    item, friend = p.item(e, direction, tuple(i for i in ITEMS if i is not Item.TRANSPORT)), p.counterparty()
    for n in range(p.between(11, 13 + int(10 * strength))):
        p.flow(e, direction, item, start + n, p.usd(3_000, 9_900), friend)


@dataclass(frozen=True)
class Kind:
    """A kind of pattern.

    Args:
        rule: the rule that ought to see it, once it exists.
        plant: draws an episode.
        span: working days that an episode needs.
        why: what a bureau would write, Chinese and English.
        looks_honest: how often honest entities show it, for each entity; 0: hardly ever.
        once: an entity shows it once at most.
        for_transport: transport enterprises may show it.
        months: how long a sample must be for it.
        history: months of the sample that must lie before it.
        lead: working days before the start that belong to it as well.
        within: the period in which it lies as a whole: a month; a quarter, with which it begins; or none.
        over: that quarter is over before the sample ends.
        alone: nothing else that is planted on the entity may lie in its days; nothing of the same kind ever does.
        listed: some economy must be on the list of high risks.
    """

    rule: str
    plant: Callable[[Planter, int, int, float], None]
    span: int
    why: tuple[str, str]
    looks_honest: float = 0.001
    once: bool = False
    for_transport: bool = True
    months: int = 6
    history: int = 0
    lead: int = 0
    within: str = ""
    over: bool = False
    alone: bool = False
    listed: bool = False


KINDS = (
    Kind("large_transport_transfer", _large_transport, 8, ("运输项下大额收付汇，用途不明", "large transport transfers of unclear purpose"), looks_honest=0.004),
    Kind("large_daily_total", _large_day, 1, ("单日累计大额收付汇，交易背景存疑", "a day's total out of proportion to the business"), looks_honest=0.004, for_transport=False),
    Kind("consecutive_days", _streak, 24, ("连续多日同项目小额收付汇", "small amounts in the same item day after day"), looks_honest=0.004, for_transport=False),
    Kind("entity_jump", _jump, 13, ("收付汇规模骤增", "a sudden rise of receipts or payments"), looks_honest=0.002, months=15, history=12, within="month"),
    Kind("split_below_document_limit", _split, 5, ("短期内向同一收款人多笔付汇，疑似分拆", "several payments to one payee in a few days, possible splitting")),
    Kind("near_limit", _near_limit, 18, ("多笔金额接近大额标准", "amounts time and again just below the large-value limit"), looks_honest=0.0005, lead=20, alone=True),
    Kind("fan_in", _split, 3, ("多家企业短期内向同一境外收款人付汇", "several entities paying one new payee within days"), looks_honest=0.0, months=14, history=12),
    Kind("fan_out_new_payees", _fan_out, 3, ("短期内向多个新收款人付汇", "payments to many new payees within days"), looks_honest=0.0015, months=14, history=12, lead=3, alone=True),
    Kind("round_trip", _round_trip, 55, ("与同一交易对手资金往返，金额相近", "money out and back with one counterparty, amounts alike"), looks_honest=0.0005),
    Kind("pass_through", _pass_through, 5, ("资金快进快出，过渡性质明显", "money in and out again within days"), looks_honest=0.0005, for_transport=False, lead=4, alone=True),
    Kind("dormant_then_active", _dormant, 10, ("长期无收付汇后突发大额交易", "large flows after a year without any"), looks_honest=0.0005, once=True, months=16, lead=260, alone=True),
    Kind("new_entity_large", _new_entity, 91, ("新设企业短期内大额收付汇", "large flows soon after registration"), looks_honest=0.001, once=True),
    Kind("new_item_large", _new_item, 18, ("首次发生项目即出现大额，与主营业务不符", "large flows in an item foreign to the business"), months=27, history=24),
    Kind("refund_unmatched", _refund, 11, ("退汇无对应原付款或间隔过长", "refunds without a payment, or long after it"), months=10, lead=139),
    Kind("invoice_paid_twice", _invoice_twice, 96, ("同一发票重复付汇", "one invoice paid twice"), looks_honest=0.001),
    Kind("related_party_large", _related, 51, ("向境外关联方大额支付服务费", "large fees to related parties abroad"), looks_honest=0.002, within="quarter", alone=True),
    Kind("high_risk_economy", _high_risk, 13, ("向高风险国家（地区）付汇", "payments to high-risk economies"), looks_honest=0.0015, within="month", listed=True),
    Kind("settlement_mismatch", _settled_beyond, 51, ("结售汇金额超过申报收支", "more settled than was ever declared"), looks_honest=0.0005, within="quarter", over=True),
    Kind("contract_overpaid", _overpaid, 45, ("同一合同项下付汇超过合同金额", "more paid under a contract than it was filed for"), looks_honest=0.0005),
    Kind("payment_without_filing", _unfiled, 41, ("大额付汇未办理税务备案", "large payments never filed with the tax authority")),
    Kind("vague_codes", _vague, 51, ("大额交易使用“其他”类编码，申报不实", "large amounts under codes that say little"), within="quarter", over=True, alone=True),
)  # fmt: skip

KIND = {kind.rule: kind for kind in KINDS}


def plant_ring(p: Planter, members: list[int], start: int) -> int:
    """Several entities pay one new payee within three working days; gives back the payee.

    The fifth comes on the last of them, and so does everybody after it: all are there when it is seen.
    """
    payee = p.counterparty()
    for n, entity in enumerate(members):
        p.pattern += n > 0
        for _ in range(p.between(1, 2)):
            day = p.between(0, 2) if n < 4 else 2
            p.flow(entity, PAYMENT, p.item(entity, PAYMENT, SOFT), start + day, p.usd(28_000, 49_500), payee)
    return payee
