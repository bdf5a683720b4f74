-- what: The number of every division, year and measure, with what is known of how complete it is | 每个区划、年度、指标的数值及其完整程度
-- grain: division_code, report_year, measure
-- kind: view
-- column division_code: Division | 区划代码
-- column division_name: Its name in that year | 当年名称
-- column level: 1 province, 2 prefecture, 3 county | 层级：1省级 2地级 3县级
-- column parent_code: Division it belongs to; null for a province | 上级区划代码；省级为空
-- column province_code: Province it is or lies in | 所属省级代码
-- column report_year: Report year | 报告年度
-- column measure: Measure | 可比指标
-- column value: The number, in the unit of ref.measure; null for a rate whose denominator is 0 | 数值（单位见ref.measure）；比率分母为0时为空
-- column basis: published (the government's total of its territory) or bottom_up (a sum of reports that do not
--   overlap) | 依据：published政府汇总、bottom_up自下而上
-- column numerator: Numerator of a rate; null for everything else | 比率的分子；其他为空
-- column denominator: Denominator of a rate; null for everything else | 比率的分母；其他为空
-- column report_count: Reports used | 采用的报告数
-- column inexact_count: Figures used that are printed as "at least" or "about" | 采用的“至少”“约”的数据项数
-- column child_count: Divisions right below it in that year | 当年直接下级区划数
-- column child_covered_count: Those of them that have a value | 其中有数值的区划数
-- column child_coverage_rate: Their share | 其占比
-- column agency_count: Agencies known in the division and below, whatever the year | 区划内（含下级）已知机关数
-- column agency_covered_count: Those of them whose report of that year gives the measure | 其中当年报告给出该指标的机关数
-- column agency_coverage_rate: Their share | 其占比
-- column published_value: The government's total of its territory, where accepted | 政府汇总值（如采用有效）
-- column bottom_up_value: What the reports below come to, also where it is not used | 自下而上的值（无论是否采用）
-- column residual: published_value less bottom_up_value, for what can be added: a measure of quality, not a
--   correction | 差额：政府汇总减自下而上，仅作质量参考
-- column quality: The worst comparability of the figures used with those of the latest form | 所用数据与最新模板的最差可比程度
-- column is_break: The value of the year before, or of an earlier year, counts something else | 与上一个有数值的年度口径不同
-- column previous_value: Value of the year before | 上一年度数值
-- column change_rate: Change against the year before, as a share of it; null across a break, where the basis is
--   another, where bottom_up does not add up as many reports of as many agencies and divisions, and for rates | 同比变化率；口径中断、依据不同、自下而上所含报告、机关或区划数不同，或为比率时为空
WITH
-- agencies known, in each division and in those above it
known AS (
    SELECT division_code, count(*) AS agency_count FROM ref.agency WHERE is_counted GROUP BY division_code
),
known_above AS (
    SELECT
        t.report_year, k.agency_count,
        unnest(list_distinct([t.division_code, t.prefecture_code, t.province_code])) AS division_code
    FROM known AS k
    JOIN core.division_year AS t USING (division_code)
),
agency AS (
    SELECT report_year, division_code, sum(agency_count) AS agency_count
    FROM known_above
    WHERE division_code IS NOT NULL
    GROUP BY report_year, division_code
),
child AS (
    SELECT report_year, parent_code AS division_code, count(*) AS child_count
    FROM core.division_year
    WHERE NOT is_next_year AND parent_code IS NOT NULL
    GROUP BY ALL
),
figure AS (
    SELECT
        c.*,
        m.kind = 'rate' AS is_rate,
        CASE WHEN m.kind = 'rate' THEN c.numerator / nullif(c.denominator, 0) ELSE c.numerator END AS value,
        CASE WHEN m.kind = 'rate' THEN c.published_numerator / nullif(c.published_denominator, 0) ELSE c.published_numerator END
            AS published_value,
        CASE WHEN m.kind = 'rate' THEN c.bottom_up_numerator / nullif(c.bottom_up_denominator, 0) ELSE c.bottom_up_numerator END
            AS bottom_up_value
    FROM core.cover AS c
    JOIN ref.measure AS m USING (measure)
),
series AS (
    SELECT
        figure.*,
        coalesce(
            (figure.quality = 'break') <> (lag(figure.quality) OVER yearly = 'break')
            OR b.from_year > lag(figure.report_year) OVER yearly,
            FALSE
        ) AS is_break,
        CASE WHEN lag(figure.report_year) OVER yearly = figure.report_year - 1 THEN lag(figure.value) OVER yearly END
            AS previous_value,
        -- a sum of other reports than the year before tells which were found, not what changed
        lag(figure.basis) OVER yearly IS NOT DISTINCT FROM figure.basis
        AND (
            figure.basis = 'published'
            OR lag((figure.report_count, figure.agency_count, figure.child_count)) OVER yearly
                = (figure.report_count, figure.agency_count, figure.child_count)
        ) AS is_comparable
    FROM figure
    LEFT JOIN (
        SELECT measure, report_year, max(from_year) AS from_year
        FROM ref.series_break JOIN (SELECT DISTINCT report_year FROM core.division_year) ON from_year <= report_year
        GROUP BY ALL
    ) AS b USING (measure, report_year)
    -- by level too, so that one level can be asked for alone
    WINDOW yearly AS (PARTITION BY figure.level, figure.division_code, figure.measure ORDER BY figure.report_year)
)
SELECT
    s.division_code,
    t.division_name,
    s.level,
    s.parent_code,
    s.province_code,
    s.report_year,
    s.measure,
    s.value,
    s.basis,
    CASE WHEN s.is_rate THEN s.numerator END AS numerator,
    CASE WHEN s.is_rate THEN s.denominator END AS denominator,
    s.report_count,
    s.inexact_count,
    coalesce(child.child_count, 0)::INTEGER AS child_count,
    s.child_count AS child_covered_count,
    s.child_count / nullif(child.child_count, 0) AS child_coverage_rate,
    coalesce(agency.agency_count, 0)::INTEGER AS agency_count,
    s.agency_count AS agency_covered_count,
    s.agency_count / nullif(agency.agency_count, 0) AS agency_coverage_rate,
    s.published_value,
    s.bottom_up_value,
    CASE WHEN NOT s.is_rate THEN round(s.published_value - s.bottom_up_value, 6) END AS residual,
    s.quality,
    s.is_break,
    s.previous_value,
    CASE WHEN NOT s.is_rate AND NOT s.is_break AND s.is_comparable THEN s.value / nullif(s.previous_value, 0) - 1 END AS change_rate
FROM series AS s
JOIN core.division_year AS t USING (report_year, division_code)
LEFT JOIN child USING (report_year, division_code)
LEFT JOIN agency USING (report_year, division_code)
