-- what: Every figure of every report, as printed and as read | 各报告的每个数据项：原文与读取结果
-- grain: report_id, indicator, applicant
-- column report_id: Report it stands in | 所属报告
-- column indicator: Indicator of the codebook | 编码表指标
-- column applicant: Kind of applicant; total where there is none | 申请人类别；无分类时为total
-- column value: The number, in the unit; null unless the state is reported | 数值（按单位）；仅state为reported时有值
-- column state: reported, blank, not_applicable, text or illegible | 状态：已报告、空白、不适用、文字、无法辨认
-- column unit: Unit of the value | 单位
-- column qualifier: exact, at_least or about | 限定：准确、至少、约
-- column method: How it was read: table, flattened, narrative or ocr | 读取方式
-- column raw: Text as printed | 原文
-- column location: Place in the document | 在文件中的位置
-- column source_start: First character in the source text; null where unknown | 源文本起始字符；未知为空
-- column source_end: Character after the last one | 源文本结束字符
SELECT
    r.report_id,
    f.indicator,
    f.applicant,
    f.value,
    f.state,
    f.unit,
    f.qualifier,
    f.method,
    f.raw,
    f.location,
    f.source_start,
    f.source_end
FROM raw.fact AS f
JOIN core.report AS r USING (sha256)
