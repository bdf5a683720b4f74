-- question: How many applications are carried over, and what share of the work is that? | 结转下年度的申请有多少，占比多大？
SELECT
    province_name,
    report_year,
    numerator AS carried_out,
    denominator AS workload,
    value AS backlog_rate,
    basis
FROM mart.province_measure
WHERE measure = 'backlog_rate'
ORDER BY report_year DESC, backlog_rate DESC NULLS LAST, province_code
