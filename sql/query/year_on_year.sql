-- question: What changed most against the year before? | 同比变化最大的指标有哪些？
-- A sum of reports is compared only where as many were found in both years: else it tells what was found.
SELECT
    p.province_name,
    p.report_year,
    p.measure,
    m.name_zh,
    p.previous_value,
    p.value,
    p.change_rate,
    p.basis,
    p.report_count
FROM mart.province_measure AS p
JOIN ref.measure AS m ON m.measure = p.measure
WHERE p.change_rate IS NOT NULL AND p.previous_value >= 10
ORDER BY abs(p.change_rate) DESC, p.province_code, p.report_year, p.measure
LIMIT 100
