-- what: Every make-up of printed figures, read by each era's form: where the figures that feed measures stand | 各种印刷数据项构成，按各版本模板解读：归入可比指标的数据项所在位置
-- grain: form, form_era
-- column form: What is printed: stands for all figures of a document, whether they feed a measure or not | 印刷数据项构成标识（含未归入可比指标者）
-- column form_era: Template era by which the figures are understood | 解读数据所用的模板版本
-- column places: For each cell of ref.era_cell where it stands in the list of all figures; null where it is not printed | ref.era_cell各数据项在全部数据项列表中的位置；未印刷者为空
-- column measures: Measures of which at least one figure is printed | 至少印有一个数据项的可比指标
WITH
form AS (
    SELECT form, string_split(any_value(cells), ' ') AS cells FROM raw.figure_list GROUP BY form
),
placed AS (
    SELECT
        form.form,
        cell.era,
        list(list_position(form.cells, cell.indicator || '|' || cell.applicant) ORDER BY cell.cell_place) AS places
    FROM form
    CROSS JOIN ref.era_cell AS cell
    GROUP BY form.form, cell.era
),
printed AS (
    SELECT placed.form, placed.era, list(need.measure ORDER BY need.measure) AS measures
    FROM placed
    JOIN core.era_measure AS need ON need.form_era = placed.era
    WHERE len(list_filter(need.cell_places, lambda cell: placed.places[cell] IS NOT NULL)) > 0
    GROUP BY placed.form, placed.era
)
SELECT
    placed.form,
    placed.era AS form_era,
    placed.places,
    coalesce(printed.measures, []) AS measures
FROM placed
LEFT JOIN printed ON printed.form = placed.form AND printed.era = placed.era
