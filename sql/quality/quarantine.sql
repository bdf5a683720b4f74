-- what: Documents that are kept out of every figure, with the reason | 被隔离、不计入任何数据的文件及原因
-- grain: sha256
-- column sha256: SHA-256 of the original | 原件SHA-256
-- column reason: Why it is kept out, in English | 隔离原因（英文）
-- column reason_zh: Why it is kept out, in Chinese | 隔离原因（中文）
-- column rules: Rules that are broken | 违反的规则
-- column severity: Severity of the worst of them | 最高严重程度
-- column kind: annual_report or unreadable | 类型：年度报告或无法读取
-- column agency_name: Agency as printed, as far as it is known | 机关名称（如可知）
-- column division_code: Its division, as far as it is known | 区划代码（如可知）
-- column province_code: Its province, as far as it is known | 省级代码（如可知）
-- column report_year: Its year, as far as it is known | 报告年度（如可知）
-- column address: Where it was found | 网址
-- column status: open, or rejected where a person has confirmed it | 状态：open待处理、rejected已确认剔除
-- column decided_by: Who decided last | 最近作出决定的人
-- column decided_at: When, UTC | 决定时间（UTC）
-- column decision_reason: Why | 决定理由
WITH
decision AS (
    SELECT subject AS sha256, action, rules, decided_by, decided_at, reason
    FROM raw.decision
    WHERE action IN ('release', 'reject', 'reopen')
    QUALIFY row_number() OVER (PARTITION BY subject ORDER BY decision_number DESC) = 1
)
SELECT
    d.sha256,
    string_agg(DISTINCT cause.message, '; ' ORDER BY cause.message) AS reason,
    string_agg(DISTINCT cause.message_zh, '；' ORDER BY cause.message_zh) AS reason_zh,
    list(DISTINCT cause.rule ORDER BY cause.rule) AS rules,
    'critical' AS severity,
    any_value(d.kind) AS kind,
    any_value(d.agency_name) AS agency_name,
    any_value(d.division_code) AS division_code,
    any_value(d.province_code) AS province_code,
    any_value(d.report_year) AS report_year,
    any_value(d.address) AS address,
    CASE WHEN any_value(decision.action) = 'reject' THEN 'rejected' ELSE 'open' END AS status,
    any_value(decision.decided_by) AS decided_by,
    any_value(decision.decided_at) AS decided_at,
    any_value(decision.reason) AS decision_reason
FROM quality.quarantine_cause AS cause
JOIN core.document AS d USING (sha256)
LEFT JOIN decision ON decision.sha256 = d.sha256
GROUP BY d.sha256
