-- question: What was collected in fees? | 收取了多少费用？
-- In 万元. fees_collected is what applicants paid for information, which the form of 2014 asks for; fees_amount is
-- all administrative charges of the agency, which the form of 2021 asks for. They are never added.
SELECT
    province_name,
    report_year,
    measure,
    value AS amount,
    basis,
    report_count
FROM mart.province_measure
WHERE measure IN ('fees_collected', 'fees_amount')
ORDER BY measure, province_code, report_year
