-- what: What every version of every report gives of the figures that feed measures, as one list | 每份报告（各版本）归入可比指标的数据项，以列表存放
-- grain: document_number
-- column document_number: Document, as in core.report_version | 原件序号
-- column form_hash: What its figures are and how they are understood: stands for cells, form_era and report_year together | 数据项构成与解读方式的标识（cells、form_era、report_year合并的哈希）
-- column form_era: Template era by which its figures are understood | 解读数据所用的模板版本
-- column report_year: Year the figures are of | 报告年度
-- column cells: Its figures, as numbers of core.cell, in the order of the document | 数据项序号（见core.cell），按文件顺序
-- column figures: Their values in the same order, corrections made; null where none is reported | 对应数值（已更正）；未报告者为空
-- column inexact_cells: Those printed as "at least" or "about"; null where there are none | 其中“至少”“约”的数据项；没有则为空
WITH
-- a list costs a row a document and keeps what stands together together; the many long rows are never made
gathered AS (
    SELECT
        f.sha256,
        list(cell.cell_number) AS cells,
        list(f.value) AS figures,
        list(cell.cell_number) FILTER (f.qualifier <> 'exact') AS inexact_cells
    FROM raw.fact AS f
    JOIN core.cell AS cell USING (indicator, applicant)
    GROUP BY f.sha256
),
-- in the order of the cells, whatever the order in which they were met
listed AS (
    SELECT
        sha256,
        list_sort(cells) AS sorted_cells,
        CASE
            WHEN sorted_cells = cells THEN figures
            ELSE list_transform(list_sort(list_zip(cells, figures)), lambda pair: pair[2])
        END AS figures,
        list_sort(inexact_cells) AS inexact_cells
    FROM gathered
),
correction AS (
    SELECT c.sha256, list(cell.cell_number) AS cells, map(list(cell.cell_number), list(c.corrected)) AS corrected
    FROM core.correction AS c
    JOIN core.cell AS cell USING (indicator, applicant)
    WHERE c.status = 'applied'
    GROUP BY c.sha256
)
SELECT
    v.document_number,
    hash(l.sorted_cells, v.form_era, v.report_year) AS form_hash,
    v.form_era,
    v.report_year,
    l.sorted_cells AS cells,
    CASE
        WHEN c.sha256 IS NULL THEN l.figures
        ELSE list_transform(l.sorted_cells, lambda cell, place: coalesce(c.corrected[cell], l.figures[place]))
    END AS figures,
    CASE
        WHEN c.sha256 IS NULL THEN l.inexact_cells
        ELSE list_filter(l.inexact_cells, lambda cell: NOT list_contains(c.cells, cell))
    END AS inexact_cells
FROM listed AS l
JOIN core.report_version AS v ON v.sha256 = l.sha256
LEFT JOIN correction AS c ON c.sha256 = l.sha256
