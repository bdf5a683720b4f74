-- what: What each era's form gives for each measure, and how it compares | 各版本模板对每个可比指标的支持情况及可比程度
-- grain: form_era, measure
-- column form_era: Template era | 模板版本
-- column measure: Measure that figures of the form feed, if not all that it needs | 可比指标（模板中至少有其部分数据项）
-- column measure_place: Where it stands in lists of all measures | 在全部可比指标列表中的位置
-- column cell_places: Cells of ref.era_cell that it needs | 所需的数据项序号（见ref.era_cell）
-- column quality: Worst comparability of them with those of the latest form | 与最新模板的最差可比程度
-- column other_years: Years of whose reports it counts something else by this form than the forms of the time; null
--   where there are none | 按本模板口径与当年模板不一致的年度；没有则为空
WITH
operand AS (
    SELECT measure, measure AS operand FROM ref.measure WHERE formula IS NULL
    UNION ALL
    SELECT DISTINCT measure, operand FROM ref.measure_term
),
-- a break in definition holds for the years of the forms that have it
definition AS (
    SELECT DISTINCT b.era, b.measure, b.quality = 'break' AS is_break, e.from_year, coalesce(e.to_year, 2100) AS to_year
    FROM ref.measure_indicator AS b
    JOIN ref.era AS e ON e.era = b.era
),
other_year AS (
    SELECT own.era, o.measure, unnest(range(held.from_year, held.to_year + 1)) AS report_year
    FROM operand AS o
    JOIN definition AS own ON own.measure = o.operand
    JOIN definition AS held ON held.measure = o.operand AND held.is_break <> own.is_break
),
other_years AS (
    SELECT era, measure, list(DISTINCT report_year ORDER BY report_year)::INTEGER[] AS years FROM other_year GROUP BY era, measure
),
numbered AS (
    SELECT measure, row_number() OVER (ORDER BY measure)::INTEGER AS measure_place FROM ref.measure
)
SELECT
    b.era AS form_era,
    o.measure,
    any_value(numbered.measure_place) AS measure_place,
    list(DISTINCT cell.cell_place ORDER BY cell.cell_place) AS cell_places,
    max(b.quality) AS quality,
    any_value(other_years.years) AS other_years
FROM operand AS o
JOIN numbered ON numbered.measure = o.measure
JOIN ref.measure_indicator AS b ON b.measure = o.operand
JOIN ref.era_cell AS cell ON cell.era = b.era AND cell.indicator = b.indicator AND cell.applicant = b.applicant
LEFT JOIN other_years ON other_years.era = b.era AND other_years.measure = o.measure
GROUP BY b.era, o.measure
