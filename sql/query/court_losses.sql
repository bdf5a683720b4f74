-- question: How often does the government lose in court, by province? | 各省行政诉讼败诉（结果纠正）率是多少？
-- Corrected of the suits that were decided; pending ones count neither way.
SELECT
    province_name,
    report_year,
    numerator AS suits_lost,
    denominator AS suits_decided,
    value AS loss_rate,
    basis,
    report_count
FROM mart.province_measure
WHERE measure = 'litigation_loss_rate' AND denominator > 0
ORDER BY report_year DESC, loss_rate DESC, province_code
