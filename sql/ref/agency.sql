-- what: Every agency that is known because a report of it was seen, in any run | 已见过报告的机关（历次运行累积）
-- grain: division_code, agency_key
-- column division_code: Division its reports count in | 所属区划代码
-- column agency_key: Agency within its division | 机关在区划内的标识
-- column agency_name: Its name as printed last | 最近一次的原文名称
-- column is_counted: Its reports count in local totals: it is not under central command | 是否计入地方汇总
-- column first_year: First report year seen | 首个报告年度
-- column last_year: Last report year seen | 最近报告年度
-- column report_count: Years of which a report was accepted | 有采用报告的年度数
-- column quarantined_count: Documents of it that are quarantined | 被隔离的文件数
SELECT
    coalesce(v.rollup_code, d.division_code) AS division_code,
    v.agency_key,
    arg_max(d.agency_name, (v.report_year, d.agency_name)) AS agency_name,
    bool_or(v.role NOT IN ('vertical_agency', 'system_total')) AS is_counted,
    min(v.report_year) AS first_year,
    max(v.report_year) AS last_year,
    count(*) FILTER (v.status = 'canonical') AS report_count,
    count(*) FILTER (v.status = 'quarantined') AS quarantined_count
FROM core.report_version AS v
JOIN core.reading AS d ON d.document_number = v.document_number
WHERE coalesce(v.rollup_code, d.division_code) IS NOT NULL AND v.agency_key IS NOT NULL AND v.report_year IS NOT NULL
GROUP BY coalesce(v.rollup_code, d.division_code), v.agency_key
