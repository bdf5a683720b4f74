-- what: Every year and measure for the country: the sum of the provinces that have a number, and how many do | 全国每年度每个指标：有数据省份之和及省份数
-- grain: report_year, measure
-- column report_year: Report year | 报告年度
-- column measure: Measure | 可比指标
-- column value: The number, in the unit of ref.measure; a rate is recomputed from the sums | 数值；比率按合计重新计算
-- column numerator: Numerator of a rate; null for everything else | 比率的分子；其他为空
-- column denominator: Denominator of a rate; null for everything else | 比率的分母；其他为空
-- column province_count: Provinces with a number | 有数据的省份数
-- column province_published_count: Those of them whose own total is used | 其中采用省级汇总的省份数
-- column province_coverage_rate: Share of the 31 provinces of the mainland with a number | 有数据省份占31个省级区划的比例
-- column report_count: Reports used | 采用的报告数
-- column quality: The worst comparability of the figures used | 所用数据的最差可比程度
WITH
province AS (
    -- Taiwan, Hong Kong and Macao make no such reports
    SELECT report_year, count(*) AS province_count
    FROM core.division_year
    WHERE level = 1 AND NOT is_next_year AND division_code < '700000'
    GROUP BY report_year
),
total AS (
    SELECT
        report_year, measure,
        round(sum(numerator), 6) AS numerator,
        round(sum(denominator), 6) AS denominator,
        count(*) AS province_count,
        count(*) FILTER (WHERE basis = 'published') AS province_published_count,
        sum(report_count) AS report_count,
        max(quality) AS quality
    FROM core.cover
    WHERE level = 1
    GROUP BY report_year, measure
)
SELECT
    total.report_year,
    total.measure::VARCHAR AS measure,
    CASE WHEN m.kind = 'rate' THEN total.numerator / nullif(total.denominator, 0) ELSE total.numerator END AS value,
    CASE WHEN m.kind = 'rate' THEN total.numerator END AS numerator,
    total.denominator,
    total.province_count::INTEGER AS province_count,
    total.province_published_count::INTEGER AS province_published_count,
    total.province_count / province.province_count AS province_coverage_rate,
    total.report_count::INTEGER AS report_count,
    total.quality::VARCHAR AS quality
FROM total
JOIN ref.measure AS m USING (measure)
JOIN province USING (report_year)
