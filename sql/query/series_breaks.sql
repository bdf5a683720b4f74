-- question: Where does a series count something else than before? | 哪些时间序列存在口径中断？
SELECT
    p.province_name,
    p.measure,
    m.name_zh,
    p.report_year,
    p.value,
    p.quality,
    any_value(b.note_en) AS note,
    any_value(b.note_zh) AS note_zh
FROM mart.province_measure AS p
JOIN ref.measure AS m ON m.measure = p.measure
LEFT JOIN ref.series_break AS b ON b.measure = p.measure AND b.from_year <= p.report_year
WHERE p.is_break
GROUP BY p.province_code, p.province_name, p.measure, m.name_zh, p.report_year, p.value, p.quality
ORDER BY p.province_code, p.measure, p.report_year
