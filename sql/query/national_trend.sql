-- question: What do the provinces come to, year by year, and how many are covered? | 全国各年度合计是多少，覆盖多少省份？
SELECT
    report_year,
    value AS requests_received,
    province_count,
    province_published_count,
    province_coverage_rate,
    report_count,
    quality
FROM mart.national_measure
WHERE measure = 'requests_received'
ORDER BY report_year
