-- what: Why documents are kept out: one row a document and rule | 文件被隔离的原因，每个文件每条规则一行
-- grain: sha256, rule, message
-- column sha256: SHA-256 of the original | 原件SHA-256
-- column rule: Rule that is broken | 违反的规则
-- column message: What is wrong, in English | 说明（英文）
-- column message_zh: What is wrong, in Chinese | 说明（中文）
WITH
decision AS (
    SELECT subject AS sha256, action, rules, decided_by, decided_at, reason
    FROM raw.decision
    WHERE action IN ('release', 'reject', 'reopen')
    QUALIFY row_number() OVER (PARTITION BY subject ORDER BY decision_number DESC) = 1
),
cause AS (
    -- a release holds for the rules that were broken when it was given
    SELECT j.sha256, j.rule, coalesce(j.message, j.rule) AS message, j.message_zh
    FROM quality.judgement AS j
    LEFT JOIN decision ON decision.sha256 = j.sha256 AND decision.action = 'release'
    WHERE j.severity = 'critical' AND NOT coalesce(list_contains(decision.rules, j.rule), FALSE)
    UNION ALL
    SELECT sha256, 'document.rejected', 'rejected: ' || reason, '人工剔除：' || reason
    FROM decision
    WHERE action = 'reject'
    UNION ALL
    SELECT
        sha256, 'document.unreadable', coalesce(reason, 'the document cannot be read'),
        coalesce('无法读取：' || reason, '无法读取')
    FROM core.reading
    WHERE kind = 'unreadable'
    UNION ALL
    -- a report that has no place in the warehouse must not vanish, whatever the suites ask for
    SELECT
        sha256, 'document.key',
        'undecided: ' || concat_ws(
            ', ',
            CASE WHEN report_year IS NULL THEN 'year' END,
            CASE WHEN province_code IS NULL THEN 'province' END,
            CASE WHEN agency_name IS NULL THEN 'agency' END
        ),
        '无法判断：' || concat_ws(
            '、',
            CASE WHEN report_year IS NULL THEN '年度' END,
            CASE WHEN province_code IS NULL THEN '省份' END,
            CASE WHEN agency_name IS NULL THEN '机关' END
        )
    FROM core.reading
    WHERE kind = 'annual_report' AND (report_year IS NULL OR province_code IS NULL OR agency_name IS NULL)
)
SELECT DISTINCT cause.sha256, cause.rule, cause.message, cause.message_zh
FROM cause
JOIN core.reading AS d ON d.sha256 = cause.sha256
WHERE d.kind <> 'other'
