-- question: Which documents are kept out, and why? | 哪些文件被隔离，原因是什么？
SELECT
    province_code,
    report_year,
    agency_name,
    status,
    reason,
    reason_zh,
    address
FROM quality.quarantine
ORDER BY province_code NULLS LAST, report_year, agency_name, sha256
