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
-- divisions of a year by number: what follows groups and joins millions of rows by it
place AS (
    SELECT *, row_number() OVER (ORDER BY report_year, division_code) AS place_number
    FROM core.division_year
),
tree AS (
    SELECT
        p.*,
        CASE WHEN p.level = 3 THEN prefecture.place_number END AS prefecture_number,
        CASE WHEN p.level > 1 THEN province.place_number END AS province_number,
        CASE WHEN p.level > 1 AND NOT p.is_next_year THEN parent.place_number END AS parent_number
    FROM place AS p
    LEFT JOIN place AS prefecture
        ON prefecture.report_year = p.report_year AND prefecture.division_code = p.prefecture_code
    LEFT JOIN place AS province
        ON province.report_year = p.report_year AND province.division_code = p.province_code
    LEFT JOIN place AS parent ON parent.report_year = p.report_year AND parent.division_code = p.parent_code
),
-- in the order of preference of a division's own reports
role(role, role_number) AS (
    VALUES ('territory_total', 0), ('own_level', 1), ('single_agency', 2), ('scope_unknown', 3)
),
-- one number stands for a role, a place and a measure: millions of rows are grouped and joined by it
unit AS (
    SELECT r.document_number, role.role_number * 1_000_000_000_000 + p.place_number * 1000 AS unit_number
    FROM core.report_version AS r
    JOIN place AS p ON p.report_year = r.report_year AND p.division_code = r.rollup_code
    JOIN role ON role.role = r.role
    WHERE r.status = 'canonical' AND NOT r.is_overlapping
),
by_role AS (
    SELECT
        unit.unit_number + enum_code(m.measure) AS unit_measure,
        sum(m.numerator) AS numerator,
        sum(m.denominator) AS denominator,
        count(m.numerator) AS report_count,
        sum(CASE WHEN m.is_complete THEN m.inexact_count END) AS inexact_count,
        max(CASE WHEN m.is_complete THEN m.quality END) AS quality
    FROM core.report_measure AS m
    JOIN unit ON unit.document_number = m.document_number
    WHERE m.is_comparable
    GROUP BY unit_measure
    HAVING count(m.numerator) > 0
),
-- one row a place and measure; joins cost less than grouping again
territory AS (SELECT unit_measure AS place_measure, * FROM by_role WHERE unit_measure < 1_000_000_000_000),
own_level AS (SELECT unit_measure - 1_000_000_000_000 AS place_measure, * FROM by_role WHERE unit_measure // 1_000_000_000_000 = 1),
single AS (SELECT unit_measure - 2_000_000_000_000 AS place_measure, * FROM by_role WHERE unit_measure // 1_000_000_000_000 = 2),
vague AS (SELECT unit_measure - 3_000_000_000_000 AS place_measure, * FROM by_role WHERE unit_measure // 1_000_000_000_000 = 3),
given AS (
    SELECT
        place_measure,
        place_measure // 1000 AS place_number,
        place_measure % 1000 AS measure_number,
        t.unit_measure IS NOT NULL AS has_total,
        CASE WHEN o.unit_measure IS NOT NULL THEN 1 WHEN s.unit_measure IS NOT NULL THEN 2 WHEN v.unit_measure IS NOT NULL THEN 3 END
            AS first_role,
        coalesce(t.report_count, 0) + coalesce(o.report_count, 0) + coalesce(s.report_count, 0) + coalesce(v.report_count, 0)
            AS agency_count,
        t.numerator AS total_numerator,
        t.denominator AS total_denominator,
        t.inexact_count AS total_inexact_count,
        t.quality AS total_quality,
        CASE first_role WHEN 1 THEN o.numerator WHEN 2 THEN s.numerator ELSE v.numerator END AS first_numerator,
        CASE first_role WHEN 1 THEN o.denominator WHEN 2 THEN s.denominator ELSE v.denominator END AS first_denominator,
        CASE first_role WHEN 1 THEN o.report_count WHEN 2 THEN s.report_count ELSE v.report_count END AS first_report_count,
        CASE first_role WHEN 1 THEN o.inexact_count WHEN 2 THEN s.inexact_count ELSE v.inexact_count END AS first_inexact_count,
        CASE first_role WHEN 1 THEN o.quality WHEN 2 THEN s.quality ELSE v.quality END AS first_quality
    FROM single AS s
    FULL JOIN territory AS t USING (place_measure)
    FULL JOIN own_level AS o USING (place_measure)
    FULL JOIN vague AS v USING (place_measure)
),
placed AS (
    SELECT given.*, tree.level, tree.prefecture_number, tree.province_number
    FROM given
    JOIN tree ON tree.place_number = given.place_number
),
-- the divisions above that have reports of their own or below them
above AS (
    SELECT DISTINCT province_number * 1000 + measure_number AS place_measure FROM placed WHERE level > 1
    UNION ALL
    SELECT DISTINCT prefecture_number * 1000 + measure_number FROM placed WHERE level = 3 AND prefecture_number IS NOT NULL
),
-- a report that does not say whom it counts: only where there is nothing else
own AS (
    SELECT
        placed.*,
        CASE
            WHEN first_role < 3 OR (NOT has_total AND above.place_measure IS NULL) THEN first_role
        END AS own_role_number,
        CASE WHEN own_role_number IS NOT NULL THEN first_numerator END AS part_numerator,
        CASE WHEN own_role_number IS NOT NULL THEN first_denominator END AS part_denominator,
        CASE WHEN own_role_number IS NOT NULL THEN first_report_count END AS part_report_count,
        CASE WHEN own_role_number IS NOT NULL THEN first_inexact_count END AS part_inexact_count,
        CASE WHEN own_role_number IS NOT NULL THEN first_quality END AS part_quality
    FROM placed
    LEFT JOIN above ON above.place_measure = placed.place_measure
),
used AS (
    SELECT
        place_measure, measure_number, level, prefecture_number, province_number, has_total, agency_count,
        CASE WHEN has_total THEN total_numerator ELSE part_numerator END AS numerator,
        CASE WHEN has_total THEN total_denominator ELSE part_denominator END AS denominator,
        CASE WHEN has_total THEN 1 ELSE part_report_count END AS report_count,
        CASE WHEN has_total THEN total_inexact_count ELSE part_inexact_count END AS inexact_count,
        CASE WHEN has_total THEN total_quality ELSE part_quality END AS quality
    FROM own
),
-- what a division uses flows up until a territory's total takes its place
flow AS (
    SELECT
        prefecture_number * 1000 + measure_number AS place_measure,
        agency_count, numerator, denominator, report_count, inexact_count, quality
    FROM used
    WHERE level = 3 AND prefecture_number IS NOT NULL
    UNION ALL
    SELECT
        used.province_number * 1000 + used.measure_number, used.agency_count,
        CASE WHEN prefecture.place_measure IS NULL THEN used.numerator END,
        CASE WHEN prefecture.place_measure IS NULL THEN used.denominator END,
        CASE WHEN prefecture.place_measure IS NULL THEN used.report_count END,
        CASE WHEN prefecture.place_measure IS NULL THEN used.inexact_count END,
        CASE WHEN prefecture.place_measure IS NULL THEN used.quality END
    FROM used
    LEFT JOIN used AS prefecture
        ON prefecture.place_measure = used.prefecture_number * 1000 + used.measure_number
        AND prefecture.has_total AND prefecture.level = 2
    WHERE used.level > 1
),
below AS (
    SELECT
        place_measure,
        sum(agency_count) AS agency_count,
        sum(numerator) AS numerator,
        sum(denominator) AS denominator,
        sum(report_count) AS report_count,
        sum(inexact_count) AS inexact_count,
        max(quality) AS quality
    FROM flow
    GROUP BY place_measure
),
total AS (
    SELECT
        place_measure // 1000 AS place_number,
        place_measure % 1000 AS measure_number,
        coalesce(own.has_total, FALSE) AS is_published,
        own.own_role_number,
        coalesce(own.agency_count, 0) + coalesce(below.agency_count, 0) AS agency_count,
        own.total_numerator, own.total_denominator, own.total_inexact_count, own.total_quality,
        -- null where there is neither
        round(coalesce(own.part_numerator + below.numerator, own.part_numerator, below.numerator), 6) AS numerator,
        round(coalesce(own.part_denominator + below.denominator, own.part_denominator, below.denominator), 6) AS denominator,
        coalesce(own.part_report_count + below.report_count, own.part_report_count, below.report_count) AS report_count,
        coalesce(own.part_inexact_count + below.inexact_count, own.part_inexact_count, below.inexact_count) AS inexact_count,
        greatest(own.part_quality, below.quality) AS quality
    FROM own
    FULL JOIN below USING (place_measure)
),
child AS (
    SELECT tree.parent_number AS place_number, total.measure_number, count(*) AS child_count
    FROM total
    JOIN tree ON tree.place_number = total.place_number
    WHERE tree.parent_number IS NOT NULL
    GROUP BY tree.parent_number, total.measure_number
)
SELECT
    t.division_code,
    t.report_year,
    measure.measure,
    t.level,
    t.parent_code,
    t.province_code,
    CASE WHEN total.is_published THEN 'published' ELSE 'bottom_up' END AS basis,
    role.role AS own_role,
    CASE WHEN total.is_published THEN total.total_numerator ELSE total.numerator END AS numerator,
    CASE WHEN total.is_published THEN total.total_denominator ELSE total.denominator END AS denominator,
    CASE WHEN total.is_published THEN 1 ELSE total.report_count END::INTEGER AS report_count,
    CASE WHEN total.is_published THEN total.total_inexact_count ELSE total.inexact_count END::INTEGER AS inexact_count,
    CASE WHEN total.is_published THEN total.total_quality ELSE total.quality END AS quality,
    total.agency_count::INTEGER AS agency_count,
    coalesce(child.child_count, 0)::INTEGER AS child_count,
    total.total_numerator AS published_numerator,
    total.total_denominator AS published_denominator,
    total.numerator AS bottom_up_numerator,
    total.denominator AS bottom_up_denominator
FROM total
JOIN tree AS t ON t.place_number = total.place_number
JOIN ref.measure AS measure ON enum_code(measure.measure) = total.measure_number
LEFT JOIN role ON role.role_number = total.own_role_number
LEFT JOIN child ON child.place_number = total.place_number AND child.measure_number = total.measure_number
