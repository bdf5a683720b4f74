-- question: Which agencies receive the most applications? | 哪些机关收到的申请最多？
-- Reports of a single agency or of a government's own level only: totals of a territory count many agencies.
SELECT
    r.report_year,
    r.agency_name,
    t.full_name AS division,
    m.numerator AS requests_received
FROM core.report AS r
JOIN core.report_measure AS m ON m.document_number = r.document_number AND m.measure = 'requests_received'
LEFT JOIN core.division_year AS t ON t.report_year = r.report_year AND t.division_code = r.rollup_code
WHERE r.role IN ('single_agency', 'own_level') AND m.is_complete
ORDER BY requests_received DESC, r.report_id
LIMIT 50
