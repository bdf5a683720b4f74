-- what: What every version of every report gives for each measure: the numbers that roll-ups add | 每份报告（各版本）每个可比指标的数值，供汇总相加
-- grain: document_number, measure
-- kind: view
-- column document_number: Document, as in core.report_version | 原件序号
-- column measure: Measure | 可比指标
-- column numerator: Its value, or for a rate the numerator; null where a figure it needs is not reported: part of
--   a sum is not the sum | 数值；比率为分子；所需数据不全时为空
-- column denominator: Denominator of a rate; null for everything else | 比率的分母；其他为空
-- column is_complete: Every figure it needs is reported | 所需数据是否齐全
-- column is_comparable: Counted by the definition that holds for reports of that year | 口径是否与当年一致
-- column quality: How its era's figures compare with those of the latest form | 与最新模板的可比程度
-- column inexact_count: Figures in it that are printed as "at least" or "about" | 其中“至少”“约”的数据项数
WITH
given AS (
    SELECT
        q.document_number,
        m.measure,
        q.quantities[m.numerator_place] AS numerator,
        q.quantities[m.denominator_place] AS denominator,
        numerator IS NOT NULL AND (m.denominator_place IS NULL OR denominator IS NOT NULL) AS is_complete,
        m.is_comparable,
        m.quality,
        CASE
            WHEN q.inexact_cells IS NULL THEN 0
            ELSE len(list_filter(m.cells, lambda cell: list_contains(q.inexact_cells, cell)))
        END AS inexact_count
    FROM core.quantity AS q
    JOIN core.form_measure AS m ON m.form_hash = q.form_hash
)
SELECT
    document_number,
    measure,
    CASE WHEN is_complete THEN numerator END AS numerator,
    CASE WHEN is_complete THEN denominator END AS denominator,
    is_complete,
    is_comparable,
    quality,
    inexact_count::UTINYINT AS inexact_count
FROM given
