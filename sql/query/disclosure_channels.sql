-- question: Through which channels was information disclosed from 2014 to 2018? | 2014至2018年通过哪些渠道公开信息？
-- Only the form of those years asks for channels.
SELECT
    province_name,
    report_year,
    disclosed_total,
    disclosed_gazette,
    disclosed_website,
    disclosed_weibo,
    disclosed_wechat,
    disclosed_other,
    basis
FROM mart.province_year
WHERE report_year BETWEEN 2014 AND 2018 AND disclosed_total IS NOT NULL
ORDER BY province_code, report_year
