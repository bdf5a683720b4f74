-- what: Which reports are of one agency over the years; a division that was renamed or raised in rank is one with its successor | 同一机关各年度的报告序列（更名、撤县设市等同一地域的区划前后相承）
-- grain: report_id
-- column report_id: Report | 报告标识
-- column document_number: Number of its original within this build | 本次构建中的原件序号
-- column report_year: Report year | 报告年度
-- column series: What the reports of one agency have in common: division:agency, the division by its latest code;
--   one report a year | 同一机关各年度报告的共同标识（区划以最新代码表示），每年至多一份
WITH
-- some codes were succeeded twice
latest AS (
    SELECT first.division_code, coalesce(second.successor_code, first.successor_code) AS latest_code
    FROM ref.division_successor AS first
    LEFT JOIN ref.division_successor AS second
        ON second.division_code = first.successor_code AND second.relation = 'same'
    WHERE first.relation = 'same'
),
placed AS (
    SELECT
        r.report_id, r.document_number, r.report_year, r.agency_key,
        coalesce(r.rollup_code, r.division_code, r.province_code[1:2] || 'xxxx') AS code,
        coalesce(l.latest_code, code) AS latest_code
    FROM core.report AS r
    LEFT JOIN latest AS l ON l.division_code = coalesce(r.rollup_code, r.division_code)
)
SELECT
    report_id,
    document_number,
    report_year,
    -- where old and new division both report for a year each goes on as itself
    CASE WHEN count(*) OVER (PARTITION BY latest_code, agency_key, report_year) = 1 THEN latest_code ELSE code END
        || ':' || agency_key AS series
FROM placed
