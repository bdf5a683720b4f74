-- what: What every version of every report gives of the figures that feed measures, as one list | 每份报告（各版本）归入可比指标的数据项，以列表存放
-- grain: document_number
-- column document_number: Document, as in core.report_version | 原件序号
-- column form: What is printed, as in core.form | 印刷数据项构成标识（见core.form）
-- column form_era: Template era by which its figures are understood | 解读数据所用的模板版本
-- column report_year: Year the figures are of | 报告年度
-- column place_number: Division and year that it is added to (see core.division_year); null where it is not, as for mirrors
--   and reports outside the tree | 计入合计的区划与年度（见core.division_year）；不计入者（如镜像、树外报告）为空
-- column role: How it counts there, as in core.report_version | 在其中的角色（见core.report_version）
-- column figures: Values of the cells of that era in the order of ref.era_cell, corrections made; null where none is
--   reported | 该版本各数据项的数值（按ref.era_cell顺序，已更正）；未报告者为空
-- column inexact_places: Those printed as "at least" or "about", by their place; null where there are none | 其中“至少”“约”的数据项序号；没有则为空
WITH
version AS (
    SELECT
        v.document_number, v.form_era, v.report_year, v.role,
        CASE
            WHEN v.status = 'canonical' AND NOT v.is_overlapping
                AND v.role IN ('territory_total', 'own_level', 'single_agency', 'scope_unknown')
                THEN place.place_number
        END AS place_number
    FROM core.report_version AS v
    LEFT JOIN core.division_year AS place
        ON place.report_year = v.report_year AND place.division_code = v.rollup_code
),
correction AS (
    SELECT c.document_number, cell.era, map(list(cell.cell_place::BIGINT), list(c.corrected)) AS corrected
    FROM core.correction AS c
    JOIN ref.era_cell AS cell ON cell.indicator = c.indicator AND cell.applicant = c.applicant
    WHERE c.status = 'applied'
    GROUP BY c.document_number, cell.era
)
SELECT
    v.document_number,
    l.form,
    v.form_era,
    v.report_year,
    v.place_number,
    v.role,
    CASE
        WHEN c.document_number IS NULL THEN l.figures
        ELSE list_transform(l.figures, lambda figure, nth: coalesce(c.corrected[nth], figure))
    END AS figures,
    CASE
        WHEN l.inexact_places IS NULL OR c.document_number IS NULL THEN l.inexact_places
        ELSE list_filter(l.inexact_places, lambda place: NOT map_contains(c.corrected, place::BIGINT))
    END AS inexact_places
FROM raw.figure_list AS l
JOIN version AS v ON v.document_number = l.document_number AND v.form_era = l.form_era
LEFT JOIN correction AS c ON c.document_number = l.document_number AND c.era = v.form_era
