"""Invented names: places, made-up words and trades for entities, three words and a legal form for counterparties."""

import numpy as np

from fxwatch.sample.trades import TRADES, Ints

PLACES = (
    ("渤海", "Bohai"), ("津门", "Jinmen"), ("海河", "Haihe"), ("滨海", "Binhai"), ("燕山", "Yanshan"), ("太行", "Taihang"), ("泰山", "Taishan"), ("黄河", "Huanghe"),
    ("长江", "Changjiang"), ("钱塘", "Qiantang"), ("东海", "Donghai"), ("南海", "Nanhai"), ("珠江", "Zhujiang"), ("闽江", "Minjiang"), ("武夷", "Wuyi"), ("鹭岛", "Ludao"),
    ("岭南", "Lingnan"), ("巴蜀", "Bashu"), ("三峡", "Sanxia"), ("洞庭", "Dongting"), ("鄱阳", "Poyang"), ("中原", "Zhongyuan"), ("关中", "Guanzhong"), ("秦岭", "Qinling"),
    ("辽河", "Liaohe"), ("松江", "Songjiang"), ("兴安", "Xing'an"), ("天山", "Tianshan"), ("昆仑", "Kunlun"), ("滇池", "Dianchi"), ("太湖", "Taihu"), ("淮海", "Huaihai"),
)  # fmt: skip

CORES = (
    ("恒通", "Hengtong"), ("瑞丰", "Ruifeng"), ("金桥", "Jinqiao"), ("远望", "Yuanwang"), ("鼎新", "Dingxin"), ("汇川", "Huichuan"), ("嘉禾", "Jiahe"), ("明德", "Mingde"),
    ("顺达", "Shunda"), ("华腾", "Huateng"), ("启航", "Qihang"), ("联创", "Lianchuang"), ("信义", "Xinyi"), ("同舟", "Tongzhou"), ("云帆", "Yunfan"), ("百川", "Baichuan"),
    ("银河", "Yinhe"), ("正源", "Zhengyuan"), ("宏图", "Hongtu"), ("天工", "Tiangong"), ("蓝鲸", "Lanjing"), ("青松", "Qingsong"), ("白鹭", "Bailu"), ("红枫", "Hongfeng"),
    ("紫荆", "Zijing"), ("卓越", "Zhuoyue"), ("双龙", "Shuanglong"), ("万里", "Wanli"), ("九州", "Jiuzhou"), ("四方", "Sifang"), ("永兴", "Yongxing"), ("新纪元", "Xinjiyuan"),
    ("东方红", "Dongfanghong"), ("晨曦", "Chenxi"), ("朗月", "Langyue"), ("飞鸿", "Feihong"), ("聚贤", "Juxian"), ("博雅", "Boya"), ("安泰", "Antai"), ("诚达", "Chengda"),
)  # fmt: skip

_FIRST = (
    "Amber", "Anchor", "Apex", "Arbour", "Argent", "Atlas", "Aurora", "Azure", "Beacon", "Birch", "Blue", "Bright", "Bronze", "Canyon",
    "Capital", "Cedar", "Channel", "Cobalt", "Compass", "Copper", "Coral", "Crescent", "Crown", "Crystal", "Delta", "Eagle", "Eastern",
    "Ebony", "Elm", "Ember", "Falcon", "Fern", "First", "Forest", "Garnet", "Glacier", "Golden", "Granite", "Grand", "Green", "Harbour",
    "Hazel", "Heron", "High", "Horizon", "Indigo", "Iris", "Iron", "Ivory", "Jade", "Jasper", "Juniper", "Keystone", "Lake", "Lantern",
    "Laurel", "Liberty", "Linden", "Lotus", "Lunar", "Maple", "Marble", "Meridian", "Metro", "Mistral", "Monarch", "Noble", "North", "Oak",
    "Ocean", "Olive", "Onyx", "Opal", "Orchid", "Orient", "Osprey", "Pacific", "Pearl", "Pine", "Pinnacle", "Polar", "Prime", "Quartz",
    "Raven", "Red", "River", "Royal", "Ruby", "Saffron", "Sapphire", "Silver", "Solar", "Southern", "Spring", "Spruce", "Star", "Sterling",
    "Stone", "Summit", "Swan", "Teak", "Terra", "Topaz", "Tower", "Triton", "Union", "Valley", "Vector", "Velvet", "Vertex", "Violet",
    "Vista", "Western", "White", "Willow", "Zenith", "Zephyr",
)  # fmt: skip
_SECOND = (
    "Bay", "Bridge", "Brook", "Castle", "Cape", "Cliff", "Coast", "Court", "Cove", "Creek", "Crest", "Dale", "Dawn", "Field", "Ford",
    "Gate", "Glen", "Grove", "Hall", "Hill", "House", "Isle", "Key", "Land", "Light", "Line", "Lock", "Marsh", "Mark", "Mill", "Moor",
    "Mount", "Park", "Peak", "Point", "Pool", "Port", "Quay", "Rock", "Sea", "Shore", "Side", "Sound", "Spire", "Stream", "Tide", "Trail",
    "Vale", "View", "Wave", "Well", "Wharf", "Wood", "Yard",
)  # fmt: skip
_THIRD = (
    "Advisers", "Agency", "Air", "Analytics", "Associates", "Brands", "Brokers", "Capital", "Carriers", "Chartering", "Cloud", "Commerce",
    "Consultants", "Consulting", "Contractors", "Creative", "Data", "Design", "Digital", "Engineering", "Enterprises", "Events", "Express",
    "Forwarding", "Freight", "Global", "Group", "Holdings", "Hospitality", "Industries", "Insurance", "Interactive", "International",
    "Labs", "Leasing", "Legal", "Licensing", "Logistics", "Management", "Marine", "Maritime", "Media", "Networks", "Partners", "Pictures",
    "Ports", "Projects", "Research", "Resources", "Services", "Shipping", "Software", "Solutions", "Studios", "Systems", "Technologies",
    "Technical", "Telecom", "Tours", "Trading", "Transport", "Travel", "Trust", "Ventures",
)  # fmt: skip
_FORM = {
    "USA": "Inc", "GBR": "Ltd", "DEU": "GmbH", "JPN": "KK", "SGP": "Pte Ltd", "NLD": "BV", "FRA": "SA", "CHE": "AG", "ITA": "SpA", "KOR": "Co Ltd",
    "AUS": "Pty Ltd", "SWE": "AB", "DNK": "A/S", "NOR": "AS", "MYS": "Sdn Bhd", "ESP": "SL", "LUX": "SARL", "BRA": "Ltda",
}  # fmt: skip

NAMES = len(_FIRST) * len(_SECOND) * len(_THIRD)

# Prime, so that consecutive numbers fall on unlike names and none comes twice.
_STEP = 7_919


def entity_names(trade: Ints, rank: Ints) -> list[str]:
    """A name for each entity: place, word and trade in Chinese, then in English.

    Args:
        trade: number of its trade.
        rank: its running number among the entities of that trade.
    """
    names = []
    for t, k in zip(trade.tolist(), rank.tolist(), strict=True):
        words = TRADES[t].words
        total = len(PLACES) * len(CORES) * len(words)
        rest, place = divmod((k + 101 * t) * _STEP % total, len(PLACES))
        does, core = divmod(rest, len(CORES))
        three = (PLACES[place], CORES[core], words[does])
        branch = f"{k // total + 1}" if k >= total else ""
        chinese = "".join(zh for zh, _ in three) + (f"{branch}号" if branch else "")
        english = " ".join(en for _, en in three) + (f" No. {branch}" if branch else "")
        names.append(f"{chinese} {english}")
    return names


def counterparty_names(number: Ints, economy: list[str]) -> list[str]:
    """A name for each counterparty; two numbers below `NAMES` never share one."""
    place = number * _STEP % NAMES
    place, first = np.divmod(place, len(_FIRST))
    third, second = np.divmod(place, len(_SECOND))
    again = number // NAMES
    return [
        f"{_FIRST[f]}{_SECOND[s].lower()} {_THIRD[t]} {_FORM.get(e, 'Limited')}{f' {n + 1}' if n else ''}"
        for f, s, t, e, n in zip(first.tolist(), second.tolist(), third.tolist(), economy, again.tolist(), strict=True)
    ]
