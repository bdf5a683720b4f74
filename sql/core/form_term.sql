-- what: For each make-up of figures how the numerator and the denominator of each measure are added up from them | 各数据项构成下，每个可比指标的分子、分母如何由数据项相加
-- grain: form_hash, measure, side
-- column form_hash: Make-up of figures, as in core.figure_list | 数据项构成标识（见core.figure_list）
-- column measure: Measure | 可比指标
-- column side: numerator (all there is of what is no rate) or denominator | 分子（非比率仅有分子）或分母
-- column place: Where the number stands in the list of figures with their sums behind them; null where a figure it
--   needs is not among them | 在“数据项列表及其后所附各合计”中的位置；缺少所需数据项则为空
-- column sum_places: Figures that are added for it, by their place; null where it is one figure | 需相加的数据项位置；单一数据项则为空
-- column sum_signs: 1 for each that is added, -1 for each that is subtracted | 对应符号：1相加、-1相减
-- column cells: Figures it needs that are there | 所需且已有的数据项
-- column quality: Worst comparability of them with those of the latest form | 与最新模板的最差可比程度
-- column operands: Measures that it is made of | 构成它的可比指标
WITH
form AS (
    SELECT DISTINCT l.form_hash, l.form_era, c.cells
    FROM core.figure_list AS l
    JOIN core.cell_list AS c ON c.form = l.form
),
operand AS (
    SELECT measure, 'numerator' AS side, measure AS operand, 1 AS sign, 1 AS operand_count
    FROM ref.measure
    WHERE formula IS NULL
    UNION ALL
    SELECT measure, side, operand, sign, count(*) OVER (PARTITION BY measure, side) FROM ref.measure_term
),
-- the figures of every era's form that a measure needs
needed AS (
    SELECT b.era, o.measure, o.side, o.operand, o.sign::DOUBLE AS sign, o.operand_count, cell.cell_number, b.quality
    FROM operand AS o
    JOIN ref.measure_indicator AS b ON b.measure = o.operand
    JOIN core.cell AS cell ON cell.indicator = b.indicator AND cell.applicant = b.applicant
),
found AS (
    SELECT form.form_hash, form.cells, needed.*, list_position(form.cells, needed.cell_number)::INTEGER AS place
    FROM form
    JOIN needed ON needed.era = form.form_era
),
term AS (
    SELECT
        form_hash, measure, side,
        any_value(len(cells)) AS cell_count,
        -- of every operand, and of each all its figures
        count(place) = count(*) AND count(DISTINCT operand) = any_value(operand_count) AS is_whole,
        list(place ORDER BY place) AS places,
        list(sign ORDER BY place) AS signs,
        list(cell_number ORDER BY cell_number) FILTER (place IS NOT NULL) AS cells,
        max(quality) AS quality,
        list(DISTINCT operand ORDER BY operand) AS operands
    FROM found
    GROUP BY form_hash, measure, side
),
numbered AS (
    SELECT
        *,
        is_whole AND NOT (len(places) = 1 AND signs[1] = 1) AS is_sum,
        dense_rank() OVER (PARTITION BY form_hash, is_sum ORDER BY places, signs)::INTEGER AS sum_number
    FROM term
    WHERE len(cells) > 0
)
SELECT
    form_hash,
    measure,
    side,
    CASE WHEN is_sum THEN cell_count + sum_number WHEN is_whole THEN places[1] END AS place,
    CASE WHEN is_sum THEN places END AS sum_places,
    CASE WHEN is_sum THEN signs END AS sum_signs,
    cells,
    quality,
    operands
FROM numbered
