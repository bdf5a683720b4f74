"""Local tables of the years before a national form (2008 to 2013): 定西, 莆田 and others after Shanghai's.

State Council decree 492, art. 32, asks for figures and gives no table. Cities drew up their own, alike in
most rows; the codebook has no indicators of that era, so a row that counts what one of the 2014 form does is
read as that, and the others are reported as unmapped (全文电子化, 依申请公开目录, 电子邮件申请数, 行政申诉数).
"""

_WORDINGS = {
    "disclosed.total": ("主动公开信息数", "主动公开信息总数", "主动公开的信息数", "主动公开政府信息总数"),
    "disclosed.channel.website": ("网站公开的政府信息数", "网站公开的信息数", "网站公开政府信息数"),
    "disclosed.channel.gazette": ("政府公报公开的政府信息数", "政府公报公开的信息数"),
    "requests.received.online": ("网上申请数",),
    "requests.received": (
        "申请总数",
        "受理依申请公开信息总数",
        "受理申请总数",
        "收到申请总数",
        "依申请公开信息申请总数",
        "受理依申请公开政府信息总数",
        "本年度受理申请总数",
    ),
    "requests.replied": ("对申请的答复总数", "本年度对申请的答复总数", "申请答复总数", "对申请答复总数"),
    "requests.refused": ("否决公开答复总数", "否决公开答复数", "不予公开答复总数", "不予公开答复数"),
    "review.total": ("行政复议数",),
    "litigation.total": ("行政诉讼数",),
}

STATISTICS: dict[str, tuple[str, str]] = {
    label: (indicator, "条" if indicator.startswith("disclosed.") else "件")
    for indicator, labels in _WORDINGS.items()
    for label in labels
}
"""Rows that only the local tables print → (indicator, unit)."""

SHARED = frozenset({"当面申请数", "传真申请数", "信函申请数", "同意公开答复数", "同意部分公开答复数"})
"""Rows that the form of 2014 took over, so no mark of either."""

OF_2014_TOO = {"行政复议数": "行政复议数量", "行政诉讼数": "行政诉讼数量"}
"""Rows that tables of 2014 print as the local ones do → their label in the form of 2014."""

FEWEST_ROWS = 3
"""Of its own rows from which a page is taken to print a local table."""
