-- what: For each division, year and measure the best set of reports that do not overlap, added up | 每个区划、年度、指标的最佳不重叠报告集合及其合计
-- grain: division_code, report_year, measure
-- column division_code: Division | 区划代码
-- column report_year: Report year | 报告年度
-- column measure: Measure | 可比指标
-- column level: 1 province, 2 prefecture, 3 county | 层级：1省级 2地级 3县级
-- column parent_code: Division it belongs to; null for a province | 上级区划代码；省级为空
-- column province_code: Province it is or lies in | 所属省级代码
-- column basis: published (the government's total of its territory) or bottom_up (the division's own reports
--   and what its children come to) | 依据：published政府汇总、bottom_up自下而上
-- column own_role: Role of the division's own reports in bottom_up: own_level, else single_agency, else
--   scope_unknown; null where it takes none | 自下而上时采用的本区划报告角色；没有则为空
-- column numerator: The value, or for a rate its numerator | 数值；比率为分子
-- column denominator: Denominator of a rate; null for everything else | 比率的分母；其他为空
-- column report_count: Reports added up | 相加的报告数
-- column inexact_count: Figures in it that are printed as "at least" or "about" | 其中“至少”“约”的数据项数
-- column quality: The worst comparability of the figures in it | 其中最差的可比程度
-- column agency_count: Agencies in the division and below whose reports give the measure, used or not | 区划内（含下级）给出该指标的机关数
-- column child_count: Divisions right below it that have a value | 有数值的直接下级区划数
-- column published_numerator: The government's total, or its numerator | 政府汇总数（或分子）
-- column published_denominator: Denominator of the government's total | 政府汇总的分母
-- column bottom_up_numerator: What own reports and children come to, or its numerator | 自下而上合计（或分子）
-- column bottom_up_denominator: Denominator of what they come to | 自下而上合计的分母
WITH
by_role AS (
    SELECT
        t.division_code, t.report_year, m.measure, r.role, t.level, t.prefecture_code, t.province_code,
        sum(m.numerator) AS numerator,
        sum(m.denominator) AS denominator,
        count(*) AS report_count,
        sum(m.inexact_count) AS inexact_count,
        max(m.quality) AS quality
    FROM core.report_measure AS m
    JOIN core.report_version AS r USING (document_number)
    JOIN core.division_year AS t ON t.report_year = r.report_year AND t.division_code = r.rollup_code
    WHERE m.is_complete AND m.is_comparable AND r.status = 'canonical' AND NOT r.is_overlapping
        AND r.role NOT IN ('vertical_agency', 'system_total')
    GROUP BY ALL
),
-- the divisions above that have reports of their own or below them
below AS (
    SELECT DISTINCT province_code AS division_code, report_year, measure FROM by_role WHERE level > 1
    UNION ALL
    SELECT DISTINCT prefecture_code, report_year, measure FROM by_role WHERE level = 3 AND prefecture_code IS NOT NULL
),
own AS (
    SELECT
        division_code, report_year, measure,
        bool_or(role = 'territory_total') AS has_total,
        CASE
            WHEN bool_or(role = 'own_level') THEN 'own_level'
            WHEN bool_or(role = 'single_agency') THEN 'single_agency'
            -- a report that does not say whom it counts: only where there is nothing else
            WHEN bool_or(role = 'scope_unknown') AND any_value(below.division_code) IS NULL
                AND NOT bool_or(role = 'territory_total') THEN 'scope_unknown'
        END AS own_role
    FROM by_role
    LEFT JOIN below USING (division_code, report_year, measure)
    GROUP BY division_code, report_year, measure
),
chosen AS (
    SELECT
        by_role.*,
        own.own_role,
        by_role.role = 'territory_total' AS is_total,
        coalesce(by_role.role = own.own_role, FALSE) AS is_part,
        by_role.role = 'territory_total' OR (by_role.role = own.own_role AND NOT own.has_total) AS is_used,
        coalesce(by_role.level = 3 AND prefecture.has_total, FALSE) AS is_inside_prefecture
    FROM by_role
    JOIN own USING (division_code, report_year, measure)
    LEFT JOIN own AS prefecture
        ON prefecture.division_code = by_role.prefecture_code
        AND prefecture.report_year = by_role.report_year
        AND prefecture.measure = by_role.measure
),
-- each division's reports flow up until a territory's total takes their place
flow AS (
    SELECT
        division_code, report_year, measure, is_total AS is_published, is_part AS is_bottom_up, own_role,
        numerator, denominator, report_count, inexact_count, quality
    FROM chosen
    UNION ALL
    SELECT
        prefecture_code, report_year, measure, FALSE, is_used, NULL,
        numerator, denominator, report_count, inexact_count, quality
    FROM chosen
    WHERE level = 3 AND prefecture_code IS NOT NULL
    UNION ALL
    SELECT
        province_code, report_year, measure, FALSE, is_used AND NOT is_inside_prefecture, NULL,
        numerator, denominator, report_count, inexact_count, quality
    FROM chosen
    WHERE level > 1
),
total AS (
    SELECT
        division_code, report_year, measure,
        bool_or(is_published) AS is_published,
        any_value(own_role) AS own_role,
        sum(report_count) AS agency_count,
        any_value(numerator) FILTER (WHERE is_published) AS published_numerator,
        any_value(denominator) FILTER (WHERE is_published) AS published_denominator,
        any_value(inexact_count) FILTER (WHERE is_published) AS published_inexact_count,
        any_value(quality) FILTER (WHERE is_published) AS published_quality,
        round(sum(numerator) FILTER (WHERE is_bottom_up), 6) AS bottom_up_numerator,
        round(sum(denominator) FILTER (WHERE is_bottom_up), 6) AS bottom_up_denominator,
        sum(report_count) FILTER (WHERE is_bottom_up) AS bottom_up_report_count,
        sum(inexact_count) FILTER (WHERE is_bottom_up) AS bottom_up_inexact_count,
        max(quality) FILTER (WHERE is_bottom_up) AS bottom_up_quality
    FROM flow
    GROUP BY division_code, report_year, measure
),
child AS (
    SELECT t.parent_code AS division_code, total.report_year, total.measure, count(*) AS child_count
    FROM total
    JOIN core.division_year AS t USING (report_year, division_code)
    WHERE t.level > 1 AND NOT t.is_next_year
    GROUP BY t.parent_code, total.report_year, total.measure
)
SELECT
    total.division_code,
    total.report_year,
    total.measure,
    t.level,
    t.parent_code,
    t.province_code,
    CASE WHEN is_published THEN 'published' ELSE 'bottom_up' END AS basis,
    total.own_role,
    CASE WHEN is_published THEN published_numerator ELSE bottom_up_numerator END AS numerator,
    CASE WHEN is_published THEN published_denominator ELSE bottom_up_denominator END AS denominator,
    CASE WHEN is_published THEN 1 ELSE bottom_up_report_count END::INTEGER AS report_count,
    CASE WHEN is_published THEN published_inexact_count ELSE bottom_up_inexact_count END::INTEGER AS inexact_count,
    CASE WHEN is_published THEN published_quality ELSE bottom_up_quality END AS quality,
    total.agency_count::INTEGER AS agency_count,
    coalesce(child.child_count, 0)::INTEGER AS child_count,
    published_numerator,
    published_denominator,
    bottom_up_numerator,
    bottom_up_denominator
FROM total
JOIN core.division_year AS t USING (report_year, division_code)
LEFT JOIN child USING (division_code, report_year, measure)
