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
WITH given AS (
    SELECT
        l.document_number,
        l.form_era,
        l.report_year,
        l.inexact_places,
        form.measures,
        measure_numerators(l.form_era, l.figures) AS numerators,
        measure_denominators(l.form_era, l.figures) AS denominators
    FROM core.figure_list AS l
    JOIN core.form AS form ON form.form = l.form AND form.form_era = l.form_era
)
SELECT
    given.document_number,
    m.measure,
    given.numerators[m.measure_place] AS numerator,
    given.denominators[m.measure_place] AS denominator,
    given.numerators[m.measure_place] IS NOT NULL AS is_complete,
    NOT coalesce(list_contains(m.other_years, given.report_year), FALSE) AS is_comparable,
    m.quality,
    coalesce(len(list_intersect(m.cell_places, given.inexact_places)), 0)::UTINYINT AS inexact_count
FROM given
JOIN core.era_measure AS m ON m.form_era = given.form_era
WHERE list_contains(given.measures, m.measure)
