-- what: For each make-up of figures and measure where its number stands and how it compares | 各数据项构成下，每个可比指标的数值位置及可比程度
-- grain: form_hash, measure
-- column form_hash: Make-up of figures, as in core.figure_list | 数据项构成标识（见core.figure_list）
-- column measure: Measure | 可比指标
-- column numerator_place: Where it, or its numerator, stands in the list of figures and their sums; null where a
--   figure it needs is not among them | 数值（或分子）在“数据项及合计”列表中的位置；缺少所需数据项则为空
-- column denominator_place: The same for the denominator of a rate | 比率分母的位置
-- column is_comparable: Counted by the definition that holds for reports of that year | 口径是否与当年一致
-- column quality: How its era's figures compare with those of the latest form | 与最新模板的可比程度
-- column cells: Figures it needs that are there | 所需且已有的数据项
WITH
-- a break in definition holds for the years of the forms that have it
definition AS (
    SELECT DISTINCT b.era, b.measure, b.quality = 'break' AS is_break, e.from_year, coalesce(e.to_year, 9999) AS to_year
    FROM ref.measure_indicator AS b
    JOIN ref.era AS e ON e.era = b.era
),
operand AS (
    SELECT form_hash, measure, unnest(operands) AS operand FROM core.form_term
),
other_definition AS (
    SELECT DISTINCT o.form_hash, o.measure
    FROM operand AS o
    JOIN core.form AS form ON form.form_hash = o.form_hash
    JOIN definition AS own ON own.era = form.form_era AND own.measure = o.operand
    JOIN definition AS held
        ON held.measure = o.operand AND form.report_year BETWEEN held.from_year AND held.to_year
        AND held.is_break <> own.is_break
),
-- both sides in one row; a rate whose sides are not both there has no place
term AS (
    SELECT
        t.form_hash, t.measure,
        any_value(t.place) FILTER (t.side = 'numerator') AS numerator_place,
        any_value(t.place) FILTER (t.side = 'denominator') AS denominator_place,
        any_value(m.kind) = 'rate' AS is_rate,
        max(t.quality) AS quality,
        flatten(list(t.cells ORDER BY t.side)) AS cells
    FROM core.form_term AS t
    JOIN ref.measure AS m ON m.measure = t.measure
    GROUP BY t.form_hash, t.measure
)
SELECT
    t.form_hash,
    t.measure,
    CASE WHEN NOT t.is_rate OR t.denominator_place IS NOT NULL THEN t.numerator_place END AS numerator_place,
    CASE WHEN t.numerator_place IS NOT NULL THEN t.denominator_place END AS denominator_place,
    o.form_hash IS NULL AS is_comparable,
    t.quality,
    t.cells
FROM term AS t
LEFT JOIN other_definition AS o ON o.form_hash = t.form_hash AND o.measure = t.measure
