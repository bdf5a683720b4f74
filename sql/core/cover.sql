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
-- needed four times, and by nothing else
role_sum AS MATERIALIZED (
    SELECT place_number, role, numerators, denominators, report_counts, qualities, inexact_counts FROM core.role_sum
),
tree AS (
    SELECT
        p.*,
        CASE WHEN p.level = 3 THEN prefecture.place_number END AS prefecture_number,
        province.place_number AS province_number
    FROM core.division_year AS p
    LEFT JOIN core.division_year AS prefecture
        ON prefecture.report_year = p.report_year AND prefecture.division_code = p.prefecture_code
    LEFT JOIN core.division_year AS province
        ON province.report_year = p.report_year AND province.division_code = p.province_code
),
measure AS (
    SELECT list(measure ORDER BY measure) AS measures FROM ref.measure
),
-- one row a place and measure, the roles of its reports side by side
listed AS (
    SELECT
        tree.place_number, tree.level, tree.division_code, tree.report_year, tree.parent_code, tree.province_code,
        tree.prefecture_number, tree.province_number, tree.is_next_year,
        unnest(measure.measures) AS measure,
        unnest(total.numerators) AS total_numerator, unnest(total.denominators) AS total_denominator,
        unnest(total.report_counts) AS total_count, unnest(total.qualities) AS total_quality, unnest(total.inexact_counts) AS total_inexact_count,
        unnest(own.numerators) AS own_numerator, unnest(own.denominators) AS own_denominator,
        unnest(own.report_counts) AS own_count, unnest(own.qualities) AS own_quality, unnest(own.inexact_counts) AS own_inexact_count,
        unnest(single.numerators) AS single_numerator, unnest(single.denominators) AS single_denominator,
        unnest(single.report_counts) AS single_count, unnest(single.qualities) AS single_quality, unnest(single.inexact_counts) AS single_inexact_count,
        unnest(vague.numerators) AS vague_numerator, unnest(vague.denominators) AS vague_denominator,
        unnest(vague.report_counts) AS vague_count, unnest(vague.qualities) AS vague_quality, unnest(vague.inexact_counts) AS vague_inexact_count
    FROM tree
    CROSS JOIN measure
    LEFT JOIN role_sum AS total ON total.place_number = tree.place_number AND total.role = 'territory_total'
    LEFT JOIN role_sum AS own ON own.place_number = tree.place_number AND own.role = 'own_level'
    LEFT JOIN role_sum AS single ON single.place_number = tree.place_number AND single.role = 'single_agency'
    LEFT JOIN role_sum AS vague ON vague.place_number = tree.place_number AND vague.role = 'scope_unknown'
),
given AS (
    SELECT
        place_number, level, division_code, report_year, parent_code, province_code,
        prefecture_number, province_number, is_next_year, measure,
        coalesce(total_count, 0) > 0 AS is_published,
        CASE WHEN own_count > 0 THEN 'own_level' WHEN single_count > 0 THEN 'single_agency' WHEN vague_count > 0 AND coalesce(total_count, 0) = 0 THEN 'scope_unknown' END
            AS own_role,
        coalesce(total_count, 0) + coalesce(own_count, 0) + coalesce(single_count, 0) + coalesce(vague_count, 0)
            AS agency_count,
        total_numerator, total_denominator, total_quality, total_inexact_count,
        CASE own_role WHEN 'own_level' THEN own_numerator WHEN 'single_agency' THEN single_numerator WHEN 'scope_unknown' THEN vague_numerator END AS part_numerator,
        CASE own_role WHEN 'own_level' THEN own_denominator WHEN 'single_agency' THEN single_denominator WHEN 'scope_unknown' THEN vague_denominator END AS part_denominator,
        CASE own_role WHEN 'own_level' THEN own_count WHEN 'single_agency' THEN single_count WHEN 'scope_unknown' THEN vague_count END AS part_count,
        CASE own_role WHEN 'own_level' THEN own_quality WHEN 'single_agency' THEN single_quality WHEN 'scope_unknown' THEN vague_quality END AS part_quality,
        CASE own_role WHEN 'own_level' THEN own_inexact_count WHEN 'single_agency' THEN single_inexact_count WHEN 'scope_unknown' THEN vague_inexact_count END AS part_inexact_count
    FROM listed
    WHERE total_count > 0 OR own_count > 0 OR single_count > 0 OR vague_count > 0
),
-- what counties hand on to their prefecture, or to the province where they lie in none
county AS (
    SELECT
        prefecture_number, province_number, measure,
        sum(agency_count) AS agency_count,
        sum(CASE WHEN is_published THEN total_numerator ELSE part_numerator END) AS numerator,
        sum(CASE WHEN is_published THEN total_denominator ELSE part_denominator END) AS denominator,
        sum(CASE WHEN is_published THEN 1 ELSE part_count END) AS report_count,
        sum(CASE WHEN is_published THEN total_inexact_count ELSE part_inexact_count END) AS inexact_count,
        max(CASE WHEN is_published THEN total_quality ELSE part_quality END) AS quality,
        count(*) FILTER (NOT is_next_year) AS child_count
    FROM given
    WHERE level = 3
    GROUP BY prefecture_number, province_number, measure
),
-- a report that does not say whom it counts is taken only where there is nothing else
prefecture AS (
    SELECT
        place_number,
        measure,
        coalesce(own.is_published, FALSE) AS is_published,
        CASE
            WHEN own.own_role <> 'scope_unknown' OR below.measure IS NULL THEN own.own_role
        END AS used_role,
        coalesce(own.agency_count, 0) + coalesce(below.agency_count, 0) AS agency_count,
        own.total_numerator, own.total_denominator, own.total_inexact_count, own.total_quality,
        CASE WHEN used_role IS NOT NULL THEN own.part_numerator END AS used_numerator,
        CASE WHEN used_role IS NOT NULL THEN own.part_denominator END AS used_denominator,
        CASE WHEN used_role IS NOT NULL THEN own.part_count END AS used_count,
        CASE WHEN used_role IS NOT NULL THEN own.part_inexact_count END AS used_inexact_count,
        CASE WHEN used_role IS NOT NULL THEN own.part_quality END AS used_quality,
        coalesce(used_numerator + below.numerator, used_numerator, below.numerator) AS numerator,
        coalesce(used_denominator + below.denominator, used_denominator, below.denominator) AS denominator,
        coalesce(used_count + below.report_count, used_count, below.report_count) AS report_count,
        coalesce(used_inexact_count + below.inexact_count, used_inexact_count, below.inexact_count) AS inexact_count,
        greatest(used_quality, below.quality) AS quality,
        coalesce(below.child_count, 0) AS child_count
    FROM (SELECT * FROM given WHERE level = 2) AS own
    FULL JOIN (SELECT *, prefecture_number AS place_number FROM county WHERE prefecture_number IS NOT NULL) AS below USING (place_number, measure)
),
province_part AS (
    SELECT
        t.province_number AS place_number, p.measure, p.agency_count,
        CASE WHEN p.is_published THEN p.total_numerator ELSE p.numerator END AS numerator,
        CASE WHEN p.is_published THEN p.total_denominator ELSE p.denominator END AS denominator,
        CASE WHEN p.is_published THEN 1 ELSE p.report_count END AS report_count,
        CASE WHEN p.is_published THEN p.total_inexact_count ELSE p.inexact_count END AS inexact_count,
        CASE WHEN p.is_published THEN p.total_quality ELSE p.quality END AS quality,
        CASE WHEN t.is_next_year THEN 0 ELSE 1 END AS child_count
    FROM prefecture AS p
    JOIN tree AS t ON t.place_number = p.place_number
    UNION ALL
    SELECT province_number, measure, agency_count, numerator, denominator, report_count, inexact_count, quality, child_count
    FROM county
    WHERE prefecture_number IS NULL
),
below_province AS (
    SELECT
        place_number, measure,
        sum(agency_count) AS agency_count,
        sum(numerator) AS numerator,
        sum(denominator) AS denominator,
        sum(report_count) AS report_count,
        sum(inexact_count) AS inexact_count,
        max(quality) AS quality,
        sum(child_count) AS child_count
    FROM province_part
    GROUP BY place_number, measure
),
province AS (
    SELECT
        place_number,
        measure,
        coalesce(own.is_published, FALSE) AS is_published,
        CASE
            WHEN own.own_role <> 'scope_unknown' OR below.measure IS NULL THEN own.own_role
        END AS used_role,
        coalesce(own.agency_count, 0) + coalesce(below.agency_count, 0) AS agency_count,
        own.total_numerator, own.total_denominator, own.total_inexact_count, own.total_quality,
        CASE WHEN used_role IS NOT NULL THEN own.part_numerator END AS used_numerator,
        CASE WHEN used_role IS NOT NULL THEN own.part_denominator END AS used_denominator,
        CASE WHEN used_role IS NOT NULL THEN own.part_count END AS used_count,
        CASE WHEN used_role IS NOT NULL THEN own.part_inexact_count END AS used_inexact_count,
        CASE WHEN used_role IS NOT NULL THEN own.part_quality END AS used_quality,
        coalesce(used_numerator + below.numerator, used_numerator, below.numerator) AS numerator,
        coalesce(used_denominator + below.denominator, used_denominator, below.denominator) AS denominator,
        coalesce(used_count + below.report_count, used_count, below.report_count) AS report_count,
        coalesce(used_inexact_count + below.inexact_count, used_inexact_count, below.inexact_count) AS inexact_count,
        greatest(used_quality, below.quality) AS quality,
        coalesce(below.child_count, 0) AS child_count
    FROM (SELECT * FROM given WHERE level = 1) AS own
    FULL JOIN below_province AS below USING (place_number, measure)
),
above AS (
    SELECT
        t.division_code, t.report_year, a.measure, t.level, t.parent_code, t.province_code, a.is_published, a.used_role,
        a.agency_count, a.total_numerator, a.total_denominator, a.total_inexact_count, a.total_quality,
        a.numerator, a.denominator, a.report_count, a.inexact_count, a.quality, a.child_count
    FROM (SELECT * FROM prefecture UNION ALL SELECT * FROM province) AS a
    JOIN tree AS t ON t.place_number = a.place_number
),
total AS (
    SELECT * FROM above
    UNION ALL
    SELECT
        division_code, report_year, measure, level, parent_code, province_code, is_published, own_role,
        agency_count, total_numerator, total_denominator, total_inexact_count, total_quality,
        part_numerator, part_denominator, part_count, part_inexact_count, part_quality, 0
    FROM given
    WHERE level = 3
)
SELECT
    division_code,
    report_year,
    measure,
    level,
    parent_code,
    province_code,
    CASE WHEN is_published THEN 'published' ELSE 'bottom_up' END::ENUM ('published', 'bottom_up') AS basis,
    used_role::ENUM ('own_level', 'single_agency', 'scope_unknown') AS own_role,
    CASE WHEN is_published THEN total_numerator ELSE round(total.numerator, 6) + 0 END AS numerator,
    CASE WHEN is_published THEN total_denominator ELSE round(total.denominator, 6) + 0 END AS denominator,
    CASE WHEN is_published THEN 1 ELSE total.report_count END::INTEGER AS report_count,
    coalesce(CASE WHEN is_published THEN total_inexact_count ELSE total.inexact_count END, 0)::INTEGER AS inexact_count,
    CASE WHEN is_published THEN total_quality ELSE total.quality END AS quality,
    agency_count::INTEGER AS agency_count,
    child_count::INTEGER AS child_count,
    total_numerator AS published_numerator,
    total_denominator AS published_denominator,
    round(total.numerator, 6) + 0 AS bottom_up_numerator,
    round(total.denominator, 6) + 0 AS bottom_up_denominator
FROM total
