-- what: What every version of every report gives of the figures that feed measures, as one list | 每份报告（各版本）归入可比指标的数据项，以列表存放
-- grain: document_number
-- column document_number: Document, as in core.report_version | 原件序号
-- column form_hash: What its figures are and how they are understood: stands for cells, form_era and report_year together | 数据项构成与解读方式的标识（cells、form_era、report_year合并的哈希）
-- column form: What is printed, as in core.cell_list, which has the cells | 印刷数据项构成标识，其数据项见core.cell_list
-- column form_era: Template era by which its figures are understood | 解读数据所用的模板版本
-- column report_year: Year the figures are of | 报告年度
-- column figures: Values of the cells in their order, corrections made; null where none is reported | 各数据项的数值（已更正）；未报告者为空
-- column inexact_cells: Those printed as "at least" or "about"; null where there are none | 其中“至少”“约”的数据项；没有则为空
WITH
correction AS (
    SELECT c.sha256, list(cell.cell_number) AS cells, map(list(cell.cell_number), list(c.corrected)) AS corrected
    FROM core.correction AS c
    JOIN core.cell AS cell USING (indicator, applicant)
    WHERE c.status = 'applied'
    GROUP BY c.sha256
)
SELECT
    v.document_number,
    hash(form.cells_hash, v.form_era, v.report_year) AS form_hash,
    l.form,
    v.form_era,
    v.report_year,
    CASE
        WHEN c.sha256 IS NULL THEN list_transform(form.places, lambda place: l.figures[place])
        ELSE list_transform(form.places, lambda place, nth: coalesce(c.corrected[form.cells[nth]], l.figures[place]))
    END AS figures,
    CASE
        WHEN l.inexact_places IS NOT NULL THEN list_filter(
            form.cells,
            lambda cell, nth: list_contains(l.inexact_places, form.places[nth])
                AND NOT coalesce(list_contains(c.cells, cell), FALSE)
        )
    END AS inexact_cells
FROM raw.figure_list AS l
JOIN core.cell_list AS form ON form.form = l.form
JOIN core.report_version AS v ON v.sha256 = l.sha256
LEFT JOIN correction AS c ON c.sha256 = l.sha256
