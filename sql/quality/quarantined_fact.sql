-- what: The figures of documents that are kept out: lost nowhere, counted nowhere | 被隔离文件的数据项：保留但不计入
-- grain: sha256, indicator, applicant
-- column sha256: SHA-256 of the original | 原件SHA-256
-- column indicator: Indicator of the codebook | 编码表指标
-- column applicant: Kind of applicant; total where there is none | 申请人类别；无分类时为total
-- column value: The number as read; null unless the state is reported | 读取的数值；仅state为reported时有值
-- column state: reported, blank, not_applicable, text or illegible | 状态：已报告、空白、不适用、文字、无法辨认
-- column unit: Unit of the value | 单位
-- column qualifier: exact, at_least or about | 限定：准确、至少、约
-- column method: How it was read: table, flattened, narrative or ocr | 读取方式
-- column raw: Text as printed | 原文
-- column location: Place in the document | 在文件中的位置
SELECT f.sha256, f.indicator, f.applicant, f.value, f.state, f.unit, f.qualifier, f.method, f.raw, f.location
FROM raw.fact AS f
SEMI JOIN quality.quarantine AS q ON q.sha256 = f.sha256
