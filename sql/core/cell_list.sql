-- what: Which figures that feed measures each make-up of printed figures has, and where | 各种印刷数据项构成中归入可比指标的数据项及其位置
-- grain: form
-- column form: What is printed: stands for all figures of a document, whether they feed a measure or not | 印刷数据项构成标识（含未归入可比指标者）
-- column cells: The figures of it that feed measures, as numbers of core.cell, in their order | 其中归入可比指标的数据项序号（见core.cell），按序排列
-- column places: Where each of them stands in the list of all its figures | 各数据项在全部数据项列表中的位置
-- column cells_hash: Stands for the cells | 数据项列表的标识
WITH
form AS (
    SELECT form, string_split(any_value(cells), ' ') AS cells FROM raw.figure_list GROUP BY form
),
printed AS (
    SELECT form, unnest(cells) AS cell, generate_subscripts(cells, 1)::INTEGER AS place FROM form
),
listed AS (
    SELECT
        printed.form,
        list(cell.cell_number ORDER BY cell.cell_number, printed.place) AS cells,
        list(printed.place ORDER BY cell.cell_number, printed.place) AS places
    FROM printed
    JOIN core.cell AS cell ON cell.indicator || '|' || cell.applicant = printed.cell
    GROUP BY printed.form
)
SELECT form, cells, places, hash(cells) AS cells_hash
FROM listed
