-- what: Every make-up of figures that documents have, with the sums that measures need of them | 文件的各种数据项构成及可比指标所需的合计
-- grain: form_hash
-- column form_hash: Make-up of figures, as in core.figure_list | 数据项构成标识（见core.figure_list）
-- column form_era: Template era by which its figures are understood | 解读数据所用的模板版本
-- column report_year: Year the figures are of | 报告年度
-- column cells: Its figures, as numbers of core.cell, in their order | 数据项序号（见core.cell），按序排列
-- column sums: Figures that are added up for some measure, by their place among the cells, with their signs | 需相加的数据项位置及符号
WITH
form AS (
    SELECT DISTINCT l.form_hash, l.form_era, l.report_year, c.cells
    FROM core.figure_list AS l
    JOIN core.cell_list AS c ON c.form = l.form
),
needed AS (
    SELECT DISTINCT form_hash, place, sum_places, sum_signs FROM core.form_term WHERE sum_places IS NOT NULL
),
listed AS (
    SELECT form_hash, list(struct_pack(places := sum_places, signs := sum_signs) ORDER BY place) AS sums
    FROM needed
    GROUP BY form_hash
)
SELECT form.form_hash, form.form_era, form.report_year, form.cells, coalesce(listed.sums, []) AS sums
FROM form
LEFT JOIN listed ON listed.form_hash = form.form_hash
