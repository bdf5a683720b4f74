-- what: Corrections of figures and whether each one can be made | 数据更正及其能否适用
-- grain: sha256, cell
-- column sha256: SHA-256 of the original | 原件SHA-256
-- column document_number: Number that stands for it within this build; null where there is none | 本次构建中代表该原件的编号；无此原件则为空
-- column cell: The figure: indicator|applicant | 数据项：指标|申请人类别
-- column indicator: Indicator of the codebook | 编码表指标
-- column applicant: Kind of applicant; total where there is none | 申请人类别；无分类时为total
-- column corrected: The right number | 正确数值
-- column reason: Why the printed one is wrong | 更正理由
-- column source: Where the right one is from | 依据
-- column status: applied, printed_differs (another text is printed there than the correction is for), no_such_cell
--   or no_such_document | 状态：applied已更正、printed_differs原文不符、no_such_cell无此数据项、no_such_document无此文件
WITH
correction AS (
    SELECT *, split_part(cell, '|', 1) AS indicator, split_part(cell, '|', 2) AS applicant FROM ref.correction
),
printed AS (
    SELECT f.sha256, f.indicator, f.applicant, trim(f.raw) AS raw
    FROM raw.fact AS f
    JOIN correction AS c ON c.sha256 = f.sha256 AND c.indicator = f.indicator AND c.applicant = f.applicant
)
SELECT
    c.sha256,
    d.document_number,
    c.cell,
    c.indicator,
    c.applicant,
    c.corrected::DOUBLE AS corrected,
    c.reason,
    c.source,
    CASE
        WHEN d.sha256 IS NULL THEN 'no_such_document'
        WHEN p.sha256 IS NULL THEN 'no_such_cell'
        WHEN coalesce(p.raw, '') <> coalesce(c.printed, '') THEN 'printed_differs'
        ELSE 'applied'
    END AS status
FROM correction AS c
LEFT JOIN raw.document AS d ON d.sha256 = c.sha256
LEFT JOIN printed AS p ON p.sha256 = c.sha256 AND p.indicator = c.indicator AND p.applicant = c.applicant
