-- question: On which grounds are applications refused, and how often? | 不予公开的理由各占多少？
-- The eight grounds of the forms since 2019; the shares of a province and year add up to 1.
SELECT
    p.province_name,
    p.report_year,
    m.name_zh AS ground_zh,
    p.measure AS ground,
    p.value AS refused_count,
    p.value / nullif(whole.value, 0) AS refused_share
FROM mart.province_measure AS p
JOIN ref.measure AS m ON m.measure = p.measure
JOIN ref.measure_term AS t ON t.operand = p.measure AND t.measure = p.measure || '_share' AND t.side = 'numerator'
JOIN mart.province_measure AS whole
    ON whole.province_code = p.province_code AND whole.report_year = p.report_year AND whole.measure = 'refused'
WHERE starts_with(p.measure, 'refused_') AND p.report_year >= 2019 AND p.basis = whole.basis AND p.value > 0
ORDER BY p.province_code, p.report_year, refused_count DESC, ground
