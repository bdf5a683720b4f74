-- question: How many applications did each province receive, year by year? | 各省每年收到多少政府信息公开申请？
-- Rows with another basis or other reports than the year before, or after a break, have no change rate.
SELECT
    province_name,
    report_year,
    value AS requests_received,
    change_rate,
    basis,
    report_count,
    child_coverage_rate,
    agency_coverage_rate
FROM mart.province_measure
WHERE measure = 'requests_received'
ORDER BY province_code, report_year
