-- what: Every report that a province's number could have used: used or not, and why | 每个省级数值可用的全部报告：是否采用及原因
-- grain: province_code, report_year, measure, sha256
-- kind: view
-- column province_code: Province | 省级代码
-- column report_year: Report year | 报告年度
-- column measure: Measure | 可比指标
-- column sha256: Original of the report | 报告原件SHA-256
-- column report_id: Report it is a version of; null where that is undecided | 所属报告；无法判断时为空
-- column agency_name: Agency as printed | 机关名称（原文）
-- column division_code: Division it counts in; null where there is none | 汇总所归入区划；没有则为空
-- column path: That division with those above it | 该区划及其上级
-- column role: How it counts in a roll-up | 汇总中的角色
-- column is_used: The province's number contains it | 是否采用
-- column reason: Why, as a code of ref.reason | 原因代码（见ref.reason）
-- column reason_text: Why, in English | 原因（英文）
-- column reason_text_zh: Why, in Chinese | 原因（中文）
-- column used_instead: Report that stands in its place or contains it; null where none does | 取代或包含它的报告；没有则为空
-- column value: What it gives, or the numerator of a rate; null where a figure is missing | 该报告的数值（比率为分子）；缺失为空
-- column denominator: Denominator of a rate | 比率的分母
WITH
-- the measures that a form asks for, or that the text of a report may give
era_measure AS (
    SELECT b.era, b.measure, bool_or(i.indicator IS NOT NULL OR b.era = '2008') AS is_asked
    FROM ref.measure_indicator AS b
    LEFT JOIN ref.indicator AS i USING (era, indicator)
    GROUP BY ALL
),
candidate_measure AS (
    SELECT era, measure, is_asked FROM era_measure
    UNION ALL
    SELECT e.era, t.measure, bool_and(e.is_asked)
    FROM ref.measure_term AS t
    JOIN era_measure AS e ON e.measure = t.operand
    GROUP BY e.era, t.measure
    HAVING count(*) = (SELECT count(*) FROM ref.measure_term AS whole WHERE whole.measure = t.measure)
),
-- the numbers of a report once, not for every measure again
given AS (
    SELECT
        v.*,
        form.measures,
        measure_numerators(l.form_era, l.figures) AS numerators,
        measure_denominators(l.form_era, l.figures) AS denominators
    FROM core.report_version AS v
    LEFT JOIN core.figure_list AS l ON l.document_number = v.document_number
    LEFT JOIN core.form AS form ON form.form = l.form AND form.form_era = l.form_era
    WHERE v.province_code IS NOT NULL AND v.report_year IS NOT NULL
),
judged AS (
    SELECT
        v.province_code, v.report_year, c.measure, v.report_id, v.document_number, v.rollup_code,
        v.canonical_number, v.role, t.full_name,
        v.numerators[m.measure_place] AS given_numerator,
        v.denominators[m.measure_place] AS given_denominator,
        CASE
            WHEN own.basis = 'published' AND v.role <> 'territory_total' THEN v.rollup_code
            WHEN t.level > 1 AND prefecture.basis = 'published' AND prefecture.division_code <> v.rollup_code
                THEN prefecture.division_code
            WHEN t.level > 1 AND province.basis = 'published' THEN province.division_code
        END AS total_code,
        CASE
            WHEN v.status <> 'canonical' THEN v.status
            WHEN v.rollup_code IS NULL OR t.division_code IS NULL THEN 'outside_tree'
            WHEN v.is_overlapping THEN 'overlapping_division'
            WHEN v.role IN ('vertical_agency', 'system_total') THEN v.role
            WHEN NOT coalesce(list_contains(v.measures, c.measure), FALSE) THEN 'not_in_report'
            WHEN given_numerator IS NULL THEN 'figure_missing'
            WHEN list_contains(m.other_years, v.report_year) THEN 'other_definition'
            WHEN total_code IS NOT NULL THEN 'inside_territory_total'
            WHEN v.role = 'territory_total' THEN 'territory_total'
            WHEN v.role = 'single_agency' AND own.own_role = 'own_level' THEN 'inside_own_level'
            WHEN v.role = 'scope_unknown' AND own.own_role = 'scope_unknown' THEN 'scope_unknown_only'
            ELSE v.role
        END AS reason
    FROM given AS v
    JOIN candidate_measure AS c ON c.era = v.form_era
    JOIN core.era_measure AS m ON m.form_era = c.era AND m.measure = c.measure
    LEFT JOIN core.division_year AS t ON t.report_year = v.report_year AND t.division_code = v.rollup_code
    LEFT JOIN core.cover AS own
        ON own.division_code = v.rollup_code AND own.report_year = v.report_year AND own.measure = c.measure
    LEFT JOIN core.cover AS prefecture
        ON prefecture.division_code = t.prefecture_code AND prefecture.report_year = v.report_year
        AND prefecture.measure = c.measure
    LEFT JOIN core.cover AS province
        ON province.division_code = t.province_code AND province.report_year = v.report_year
        AND province.measure = c.measure
    WHERE c.is_asked OR list_contains(v.measures, c.measure)
)
SELECT
    j.province_code,
    j.report_year,
    j.measure,
    d.sha256,
    j.report_id,
    d.agency_name,
    j.rollup_code AS division_code,
    j.full_name AS path,
    j.role,
    r.is_used,
    j.reason,
    r.text_en AS reason_text,
    r.text_zh AS reason_text_zh,
    CASE
        WHEN j.reason IN ('mirror', 'superseded') THEN j.report_id
        WHEN j.reason = 'inside_territory_total' THEN j.total_code || ':government:' || j.report_year
        WHEN j.reason = 'inside_own_level' THEN j.rollup_code || ':government_own_level:' || j.report_year
    END AS used_instead,
    j.given_numerator AS value,
    j.given_denominator AS denominator
FROM judged AS j
JOIN core.reading AS d USING (document_number)
JOIN ref.reason AS r ON r.reason = j.reason
