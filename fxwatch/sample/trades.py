"""The trades of the invented entities: what each receives and pays for; codes, economies and currencies."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from fxwatch.terms import Direction, Item

ITEMS = tuple(Item)
DIRECTIONS = tuple(Direction)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Trade:
    """A line of business.

    Args:
        industry: its class in GB/T 4754.
        weight: how common it is among entities with flows abroad.
        words: what such firms call themselves, Chinese and English.
        receipts, payments: how strongly it draws flows of an item.
        risk: what it adds to the log-odds of misconduct.
    """

    industry: str
    weight: float
    words: tuple[tuple[str, str], ...]
    receipts: dict[Item, float]
    payments: dict[Item, float]
    risk: float = 0.0
    drawn: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        drawn = np.array(
            [[self.receipts.get(i, 0.01) for i in ITEMS], [self.payments.get(i, ANYBODY.get(i, 0.01)) for i in ITEMS]]
        )
        object.__setattr__(self, "drawn", drawn)

    @property
    def is_transport(self) -> bool:
        """A transport enterprise by the usual reading: divisions 53 to 58."""
        return "53" <= self.industry[:2] <= "58"


# What firms of any trade now and then pay for.
ANYBODY = {
    Item.TRANSPORT: 0.10,
    Item.CONSULTING: 0.10,
    Item.ROYALTIES: 0.04,
    Item.COMPUTER_INFORMATION: 0.10,
    Item.TRAVEL: 0.15,
    Item.INSURANCE: 0.04,
    Item.ADVERTISING: 0.04,
    Item.OTHER_BUSINESS: 0.15,
    Item.GOVERNMENT: 0.03,
}

_MAKERS = {
    Item.ROYALTIES: 6.0,
    Item.CONSULTING: 3.0,
    Item.COMPUTER_INFORMATION: 2.0,
    Item.OTHER_BUSINESS: 3.0,
    Item.TRANSPORT: 1.0,
}

TRADES = (
    Trade("5521", 3.0, (("航运", "Lines"), ("远洋", "Ocean"), ("海运", "Shipping")), {Item.TRANSPORT: 10}, {Item.TRANSPORT: 10, Item.INSURANCE: 1, Item.UNLISTED: 0.5}, -0.3),
    Trade("5522", 2.0, (("轮船", "Steamship"), ("沿海航运", "Coastal")), {Item.TRANSPORT: 8}, {Item.TRANSPORT: 8, Item.UNLISTED: 0.5}, -0.2),
    Trade("5532", 2.0, (("港务", "Port"), ("码头", "Terminals")), {Item.TRANSPORT: 7}, {Item.TRANSPORT: 2, Item.CONSULTING: 0.5}, -0.4),
    Trade("5611", 1.0, (("航空", "Airways"), ("通航", "Aviation")), {Item.TRANSPORT: 9}, {Item.TRANSPORT: 7, Item.OTHER_BUSINESS: 2, Item.UNLISTED: 2}, -0.4),
    Trade("5612", 1.0, (("货运航空", "Air Cargo"),), {Item.TRANSPORT: 8}, {Item.TRANSPORT: 8, Item.UNLISTED: 1}, -0.2),
    Trade("5821", 6.0, (("国际物流", "Logistics"), ("货运代理", "Forwarding"), ("供应链", "Supply Chain")), {Item.TRANSPORT: 6}, {Item.TRANSPORT: 9}, 0.3),
    Trade("5432", 1.5, (("运输", "Transport"), ("车队", "Haulage")), {Item.TRANSPORT: 4}, {Item.TRANSPORT: 4}, 0.1),
    Trade("5930", 1.5, (("仓储", "Storage"),), {Item.TRANSPORT: 3, Item.OTHER_BUSINESS: 1}, {Item.TRANSPORT: 2}),
    Trade("6020", 1.0, (("速递", "Express"), ("快件", "Courier")), {Item.COMMUNICATIONS: 8}, {Item.COMMUNICATIONS: 8, Item.TRANSPORT: 2}),
    Trade("4813", 2.0, (("路桥", "Road and Bridge"), ("建设", "Construction")), {Item.CONSTRUCTION: 10}, {Item.CONSTRUCTION: 10, Item.CONSULTING: 1}, -0.1),
    Trade("4710", 2.0, (("建工", "Builders"), ("劳务", "Contract Labour")), {Item.CONSTRUCTION: 10}, {Item.CONSTRUCTION: 8}, 0.2),
    Trade("4910", 1.5, (("安装工程", "Installation"),), {Item.CONSTRUCTION: 8}, {Item.CONSTRUCTION: 6, Item.OTHER_BUSINESS: 1}),
    Trade("7249", 6.0, (("咨询", "Consulting"), ("管理顾问", "Advisory"), ("企业服务", "Business Services")), {Item.CONSULTING: 10}, {Item.CONSULTING: 8, Item.OTHER_BUSINESS: 1}, 0.9),
    Trade("7241", 1.5, (("会计", "Accounting"), ("税务", "Tax")), {Item.CONSULTING: 8}, {Item.CONSULTING: 4}, -0.2),
    Trade("7231", 1.5, (("律师", "Law"),), {Item.CONSULTING: 8}, {Item.CONSULTING: 5}, -0.3),
    Trade("6513", 5.0, (("软件", "Software"), ("科技", "Technology")), {Item.COMPUTER_INFORMATION: 10, Item.ROYALTIES: 1}, {Item.COMPUTER_INFORMATION: 6, Item.ROYALTIES: 2}, 0.1),
    Trade("6531", 3.0, (("系统集成", "Systems"), ("数码", "Digital")), {Item.COMPUTER_INFORMATION: 8}, {Item.COMPUTER_INFORMATION: 5, Item.ROYALTIES: 1}, 0.1),
    Trade("6450", 2.0, (("数据", "Data"), ("网络", "Networks")), {Item.COMPUTER_INFORMATION: 6, Item.ADVERTISING: 2}, {Item.COMPUTER_INFORMATION: 6, Item.ADVERTISING: 3}, 0.3),
    Trade("6312", 1.0, (("通信", "Telecom"),), {Item.COMMUNICATIONS: 9}, {Item.COMMUNICATIONS: 9, Item.COMPUTER_INFORMATION: 1}, -0.3),
    Trade("7259", 2.0, (("广告", "Advertising"), ("传媒", "Media")), {Item.ADVERTISING: 9}, {Item.ADVERTISING: 8}, 0.4),
    Trade("7281", 1.5, (("会展", "Exhibitions"),), {Item.ADVERTISING: 7}, {Item.ADVERTISING: 6, Item.TRAVEL: 0.5}, 0.4),
    Trade("8730", 1.0, (("影视", "Pictures"), ("影业", "Films")), {Item.AUDIOVISUAL: 9, Item.ROYALTIES: 1}, {Item.AUDIOVISUAL: 8, Item.ROYALTIES: 1}, 0.5),
    Trade("8810", 1.0, (("演艺", "Stage"), ("文化", "Culture")), {Item.AUDIOVISUAL: 4, Item.OTHER_BUSINESS: 3}, {Item.AUDIOVISUAL: 4, Item.OTHER_BUSINESS: 4}, 0.8),
    Trade("3974", 4.0, (("电子", "Electronics"), ("半导体", "Semiconductors")), {Item.OTHER_BUSINESS: 2, Item.UNLISTED: 3, Item.ROYALTIES: 1}, _MAKERS),
    Trade("3611", 2.0, (("汽车", "Motors"),), {Item.OTHER_BUSINESS: 2, Item.ROYALTIES: 1.5}, {**_MAKERS, Item.ROYALTIES: 9}, -0.3),
    Trade("2710", 2.0, (("制药", "Pharma"), ("生物", "Biotech")), {Item.OTHER_BUSINESS: 3, Item.ROYALTIES: 2}, {**_MAKERS, Item.OTHER_BUSINESS: 6}, -0.1),
    Trade("3421", 2.5, (("机床", "Machine Tools"), ("重工", "Heavy Industries")), {Item.OTHER_BUSINESS: 2, Item.CONSTRUCTION: 0.5}, _MAKERS, -0.2),
    Trade("1821", 3.0, (("服饰", "Garments"), ("纺织", "Textiles")), {Item.UNLISTED: 8}, {Item.ADVERTISING: 1, Item.ROYALTIES: 2, Item.UNLISTED: 1}, 0.2),
    Trade("4342", 1.0, (("修船", "Ship Repair"), ("船务", "Marine")), {Item.UNLISTED: 9}, {Item.UNLISTED: 2, Item.OTHER_BUSINESS: 2}, -0.1),
    Trade("4343", 0.8, (("航空维修", "Aero Maintenance"),), {Item.UNLISTED: 8}, {Item.UNLISTED: 5}, -0.2),
    Trade("5181", 6.0, (("贸易", "Trading"), ("进出口", "Import and Export"), ("商贸", "Commerce")), {Item.OTHER_BUSINESS: 6, Item.CONSULTING: 0.5}, {Item.OTHER_BUSINESS: 6, Item.TRANSPORT: 2}, 0.8),
    Trade("7484", 2.0, (("工程设计", "Engineering Design"), ("研究院", "Institute")), {Item.OTHER_BUSINESS: 9, Item.CONSTRUCTION: 0.5}, {Item.OTHER_BUSINESS: 6, Item.CONSULTING: 1}, -0.1),
    Trade("7119", 1.0, (("租赁", "Leasing"),), {Item.OTHER_BUSINESS: 4}, {Item.OTHER_BUSINESS: 9}, 0.1),
    Trade("7291", 2.0, (("国旅", "Travel"), ("旅行社", "Tours")), {Item.TRAVEL: 10}, {Item.TRAVEL: 10}, 0.7),
    Trade("6110", 1.5, (("酒店", "Hotels"),), {Item.TRAVEL: 5}, {Item.ROYALTIES: 1, Item.OTHER_BUSINESS: 1, Item.TRAVEL: 1}, 0.5),
    Trade("8391", 1.0, (("教育", "Education"), ("培训", "Training")), {Item.OTHER_BUSINESS: 3}, {Item.OTHER_BUSINESS: 4, Item.TRAVEL: 1}, 0.4),
    Trade("6820", 1.0, (("保险", "Insurance"), ("再保", "Reinsurance")), {Item.INSURANCE: 10}, {Item.INSURANCE: 10, Item.CONSULTING: 0.5}, -0.4),
    Trade("6711", 1.0, (("证券", "Securities"), ("投资", "Investment")), {Item.FINANCIAL: 10}, {Item.FINANCIAL: 10, Item.CONSULTING: 1}, 0.2),
    Trade("9221", 0.8, (("外事服务", "Foreign Affairs Service"),), {Item.GOVERNMENT: 10}, {Item.GOVERNMENT: 10}, -0.6),
)  # fmt: skip

# Codes that declarations of an item carry, with their weights. 228990 and 229990 say little: see VAGUE.
CODES: dict[Item, dict[str, float]] = {
    Item.TRANSPORT: {"222011": 4, "222012": 3, "222013": 1, "222014": 0.2, "222019": 2, "222021": 1, "222022": 1, "222024": 0.6, "222029": 0.6, "222032": 0.6},
    Item.CONSTRUCTION: {"224010": 7, "224020": 3},
    Item.CONSULTING: {"228021": 2, "228022": 1.5, "228023": 6.5},
    Item.ROYALTIES: {"231010": 2, "231020": 4, "231030": 3, "231040": 0.5, "231990": 0.5},
    Item.COMPUTER_INFORMATION: {"227020": 8, "227030": 2},
    Item.TRAVEL: {"223010": 7, "223021": 0.5, "223022": 1, "223023": 0.5, "223029": 1},
    Item.INSURANCE: {"225021": 2, "225022": 2, "225029": 2, "225030": 3, "225050": 1},
    Item.FINANCIAL: {"226000": 1},
    Item.COMMUNICATIONS: {"227010": 6, "222040": 4},
    Item.ADVERTISING: {"228024": 6, "228025": 3, "228026": 1},
    Item.AUDIOVISUAL: {"229010": 1},
    Item.OTHER_BUSINESS: {"228010": 2, "228031": 2, "228032": 0.3, "228033": 0.3, "228039": 1, "228040": 1, "228050": 2, "228060": 0.5, "228990": 0.6, "229020": 0.2, "229030": 0.4, "229990": 0.2},
    Item.GOVERNMENT: {"232000": 1},
    Item.UNLISTED: {"221000": 7, "230000": 3},
}  # fmt: skip

ALL_CODES = tuple(code for item in ITEMS for code in CODES[item])
CODE_ITEM = np.array([ITEMS.index(item) for item in ITEMS for _ in CODES[item]], dtype=np.int8)
CODE_NUMBER = {code: number for number, code in enumerate(ALL_CODES)}
VAGUE = (CODE_NUMBER["228990"], CODE_NUMBER["229990"])

# What the second code of a declaration is, when the first is of the item.
SECOND_CODE = np.array(
    [
        CODE_NUMBER[code]
        for code in ("225021", "228031", "223010", "228010", "228023", "228990", "228022", "228022", "227020", "229990", "231040", "223010", "228060", "228039")
    ],
    dtype=np.int16,
)  # fmt: skip

# Economies with their weight among counterparties and the currency of their own.
ECONOMIES: dict[str, tuple[float, str]] = {
    "HKG": (24, "HKD"), "USA": (14, "USD"), "SGP": (10, "SGD"), "JPN": (9, "JPY"), "DEU": (6, "EUR"), "GBR": (4, "GBP"),
    "KOR": (5, "KRW"), "TWN": (4, "USD"), "AUS": (2, "AUD"), "NLD": (2, "EUR"), "FRA": (2, "EUR"), "IRL": (1.5, "EUR"),
    "CHE": (1.5, "CHF"), "ITA": (1, "EUR"), "CAN": (1, "CAD"), "SWE": (0.8, "SEK"), "DNK": (1, "DKK"), "NOR": (0.5, "NOK"),
    "VGB": (1.5, "USD"), "CYM": (1.2, "USD"), "MAC": (0.8, "HKD"), "ARE": (1, "USD"), "VNM": (1, "USD"), "MYS": (1, "MYR"),
    "THA": (0.8, "THB"), "IDN": (0.6, "IDR"), "PHL": (0.4, "PHP"), "IND": (0.6, "INR"), "KHM": (0.25, "USD"), "LAO": (0.15, "USD"),
    "MMR": (0.15, "USD"), "PAN": (0.5, "USD"), "LBR": (0.4, "USD"), "RUS": (0.4, "CNY"), "BRA": (0.3, "BRL"), "ZAF": (0.2, "ZAR"),
    "MHL": (0.3, "USD"), "NZL": (0.3, "NZD"), "ESP": (0.4, "EUR"), "BEL": (0.4, "EUR"), "LUX": (0.5, "EUR"), "KAZ": (0.1, "USD"),
}  # fmt: skip
ECONOMY = tuple(ECONOMIES)
ECONOMY_WEIGHT = np.array([weight for weight, _ in ECONOMIES.values()])
RISKY = tuple(ECONOMY.index(e) for e in ("KHM", "LAO", "MMR", "PHL", "VGB", "MHL"))
INVESTORS = tuple(
    ECONOMY.index(e) for e in ("USA", "JPN", "SGP", "DEU", "KOR", "GBR", "NLD", "FRA", "CHE", "VGB", "CYM")
)
NEIGHBOURS = tuple(ECONOMY.index(e) for e in ("HKG", "HKG", "HKG", "TWN", "MAC"))

CURRENCY = ("USD", "CNY", *dict.fromkeys(c for _, c in ECONOMIES.values() if c not in ("USD", "CNY")))
ECONOMY_CURRENCY = np.array([CURRENCY.index(c) for _, c in ECONOMIES.values()], dtype=np.int8)
WHOLE_UNITS = np.array([c in ("JPY", "KRW", "IDR") for c in CURRENCY])
