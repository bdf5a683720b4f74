-- question: Where do a government's total and the reports below it differ most? | 政府汇总数与下级合计相差最大的是哪些？
-- A measure of how complete the reports are, and of how right the totals are; never a correction.
SELECT
    division_name,
    report_year,
    measure,
    published_value,
    bottom_up_value,
    residual,
    child_covered_count,
    child_count
FROM mart.division_measure
WHERE residual IS NOT NULL
ORDER BY abs(residual) DESC, division_code, report_year, measure
LIMIT 100
