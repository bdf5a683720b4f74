-- what: Every province, year and measure: the number, how it was made and how complete it is | 各省每年度每个指标的数值、来源与完整程度
-- grain: province_code, report_year, measure
-- column province_code: Province | 省级代码
-- column province_name: Its name in that year | 当年名称
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
SELECT
    division_code AS province_code,
    division_name AS province_name,
    report_year,
    measure::VARCHAR AS measure,
    value,
    basis,
    numerator,
    denominator,
    report_count,
    inexact_count,
    child_count,
    child_covered_count,
    child_coverage_rate,
    agency_count,
    agency_covered_count,
    agency_coverage_rate,
    published_value,
    bottom_up_value,
    residual,
    quality::VARCHAR AS quality,
    is_break,
    previous_value,
    change_rate
FROM core.division_value
WHERE level = 1
