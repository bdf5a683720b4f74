-- question: Which prefectures and counties have no report of a year in which their province has some? | 哪些地、县在本省有报告的年度没有报告？
SELECT
    t.report_year,
    t.full_name,
    t.division_code,
    t.level
FROM core.division_year AS t
JOIN mart.coverage AS c ON c.province_code = t.province_code AND c.report_year = t.report_year AND c.report_count > 0
LEFT JOIN core.report AS r ON r.report_year = t.report_year AND r.rollup_code = t.division_code
WHERE t.level > 1 AND NOT t.is_next_year AND r.report_id IS NULL
ORDER BY t.report_year DESC, t.division_code
