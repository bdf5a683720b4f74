"""Labels of table 1 (主动公开政府信息情况) that the forms of 2019 and 2021 share."""

SUBJECTS = {
    "规章": "rules",
    "规范性文件": "normative_documents",
    "行政规范性文件": "normative_documents",
    # Taiwan's word for 文件, where a line break keeps the repair from seeing it
    "规范性档案": "normative_documents",
    "行政规范性档案": "normative_documents",
    "政府规章": "rules",
    "地方政府规章": "rules",
    "规章制度": "rules",
    "行政许可": "licensing",
    "其他对外管理服务事项": "other_services",
    "其他对外管理服务": "other_services",
    "行政处罚": "penalties",
    "行政强制": "coercion",
    "行政强制措施": "coercion",
    "行政强制执行": "coercion",
    "行政事业性收费": "fees",
    "行政事业收费": "fees",
    "行政事业性收费项目": "fees",
    "政府集中采购": "procurement",
    "集中采购": "procurement",
    "政府采购": "procurement",
}
# Printed over the same column in both forms, so no mark of either
SHARED_FIELDS = dict.fromkeys(["处理决定数量", "处理决定数", "处理决定件数", "行政处理决定数量"], "decisions")
# 本年新制作数量 and 本年新公开数量 with their second line lost: the first such column is the first of them
CUT_FIELD = "本年新"
HALVES = frozenset([CUT_FIELD, "本年增"])
"""Labels that may go on in the line below."""
CONTENT_HEADING = "信息内容"
