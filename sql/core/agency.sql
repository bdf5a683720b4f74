-- what: Every agency that is known because a report of it was seen | 已见过报告的机关
-- grain: division_code, agency_key
-- column division_code: Division its reports count in | 所属区划代码
-- column agency_key: Agency within its division | 机关在区划内的标识
-- column agency_name: Its name as printed last | 最近一次的原文名称
-- column is_counted: Its reports count in local totals: it is not under central command | 是否计入地方汇总
-- column first_year: First report year seen | 首个报告年度
-- column last_year: Last report year seen | 最近报告年度
-- column report_count: Reports seen | 报告数
SELECT
    coalesce(rollup_code, division_code) AS division_code,
    agency_key,
    arg_max(agency_name, (report_year, agency_name)) AS agency_name,
    bool_or(role NOT IN ('vertical_agency', 'system_total')) AS is_counted,
    min(report_year) AS first_year,
    max(report_year) AS last_year,
    count(*) AS report_count
FROM core.report
WHERE coalesce(rollup_code, division_code) IS NOT NULL
GROUP BY coalesce(rollup_code, division_code), agency_key
