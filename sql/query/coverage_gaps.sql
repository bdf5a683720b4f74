-- question: Where are reports missing? | 哪些省份、年度的报告缺口最大？
SELECT
    province_name,
    report_year,
    fetch_state,
    not_fetched_count,
    report_count,
    agency_count,
    agency_coverage_rate,
    division_covered_count,
    division_count,
    division_coverage_rate,
    quarantined_count
FROM mart.coverage
ORDER BY agency_coverage_rate NULLS FIRST, division_coverage_rate, province_code, report_year
