-- question: Which reports have the most warnings? | 哪些报告的问题最多？
SELECT
    r.report_id,
    r.agency_name,
    r.report_year,
    r.warning_count,
    r.blank_count,
    r.fact_count,
    string_agg(DISTINCT f.rule, ', ' ORDER BY f.rule) AS rules,
    r.address
FROM core.report AS r
JOIN quality.finding AS f ON f.report_id = r.report_id AND f.outcome = 'broken' AND f.severity = 'warning'
GROUP BY r.report_id, r.agency_name, r.report_year, r.warning_count, r.blank_count, r.fact_count, r.address
ORDER BY count(*) DESC, r.report_id
LIMIT 50
