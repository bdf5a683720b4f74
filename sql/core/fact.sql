-- what: Every figure of every report, as printed and as read | 各报告的每个数据项：原文与读取结果
-- grain: report_id, indicator, applicant
-- column report_id: Report it stands in | 所属报告
-- column indicator: Indicator of the codebook | 编码表指标
-- column applicant: Kind of applicant; total where there is none | 申请人类别；无分类时为total
-- column value: The number, in the unit; null unless the state is reported; the right one where it was
--   corrected | 数值（按单位）；仅state为reported时有值；已更正者为正确值
-- column state: reported, blank, not_applicable, text or illegible | 状态：已报告、空白、不适用、文字、无法辨认
-- column unit: Unit of the value | 单位
-- column qualifier: exact, at_least or about | 限定：准确、至少、约
-- column method: How it was read: table, flattened, narrative or ocr | 读取方式
-- column raw: Text as printed | 原文
-- column location: Place in the document | 在文件中的位置
-- column source_start: First character in the source text; null where unknown | 源文本起始字符；未知为空
-- column source_end: Character after the last one | 源文本结束字符
-- column is_corrected: The value is not the printed one but a correction of ref.correction | 数值为更正值而非原文
-- column printed_value: The number as printed, where it was corrected | 更正前的原数值；未更正为空
-- column correction_reason: Why it was corrected, and on what evidence | 更正理由与依据
SELECT
    r.report_id,
    f.indicator,
    f.applicant,
    coalesce(c.corrected, f.value) AS value,
    CASE WHEN c.document_number IS NULL THEN f.state ELSE 'reported' END AS state,
    f.unit,
    CASE WHEN c.document_number IS NULL THEN f.qualifier ELSE 'exact' END AS qualifier,
    f.method,
    f.raw,
    f.location,
    f.source_start,
    f.source_end,
    c.document_number IS NOT NULL AS is_corrected,
    CASE WHEN c.document_number IS NOT NULL THEN f.value END AS printed_value,
    c.reason || ' (' || c.source || ')' AS correction_reason
FROM raw.fact AS f
JOIN core.report AS r ON r.document_number = f.document_number
LEFT JOIN core.correction AS c
    ON c.document_number = f.document_number AND c.indicator = f.indicator AND c.applicant = f.applicant AND c.status = 'applied'
