-- question: Which reports came out after the date that the regulation sets? | 哪些报告逾期发布？
SELECT
    report_year,
    agency_name,
    published_on,
    role,
    address
FROM core.report
WHERE NOT is_on_time
ORDER BY report_year DESC, published_on DESC, report_id
