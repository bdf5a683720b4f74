-- what: Every make-up of figures that reports print, and the measures it has figures of | 各种印刷数据项构成及其涉及的可比指标
-- grain: form, form_era
-- column form: What is printed of the figures that feed measures | 归入可比指标的印刷数据项构成标识
-- column form_era: Template era by which the figures are understood | 解读数据所用的模板版本
-- column measures: Measures of which at least one figure is printed | 至少印有一个数据项的可比指标
WITH
form AS (
    SELECT form, form_era, string_split(any_value(cells), ' ') AS cells
    FROM raw.figure_list
    WHERE form_era IS NOT NULL
    GROUP BY form, form_era
),
printed AS (
    SELECT form.form, form.form_era, cell.cell_place
    FROM form
    JOIN ref.era_cell AS cell
        ON cell.era = form.form_era AND list_contains(form.cells, cell.indicator || '|' || cell.applicant)
),
fed AS (
    SELECT form_era, measure, unnest(cell_places) AS cell_place FROM core.era_measure
),
measured AS (
    SELECT printed.form, printed.form_era, list(DISTINCT fed.measure ORDER BY fed.measure) AS measures
    FROM printed
    JOIN fed ON fed.form_era = printed.form_era AND fed.cell_place = printed.cell_place
    GROUP BY printed.form, printed.form_era
)
SELECT
    form.form,
    form.form_era,
    coalesce(measured.measures, []) AS measures
FROM form
LEFT JOIN measured ON measured.form = form.form AND measured.form_era = form.form_era
