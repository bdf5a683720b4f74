-- what: Every rule that is broken, or could not be assessed, in one document | 每个文件中不成立或无法评估的规则
-- grain: sha256, finding_number
-- column sha256: SHA-256 of the original | 原件SHA-256
-- column finding_number: Number of the finding within its document | 文件内序号
-- column report_id: Report the document stands for; null for documents that stand for none | 所属报告；未被采用的文件为空
-- column rule: The rule | 规则
-- column severity: critical (kept out), warning (published as printed) or info | 严重程度
-- column outcome: broken or not_assessable | 结果：不成立或无法评估
-- column message: What is wrong | 说明
-- column observed: Figure found | 实际值
-- column expected: Figure the rule asks for | 规则要求值
-- column facts: Figures concerned: indicator|applicant | 涉及的数据项
-- column origin: parser (the reading of the document) or suite (the expectation suites) | 来源：解析器或质量期望套件
WITH found AS (
    SELECT sha256, rule, severity, outcome, message, observed, expected, facts, 'parser' AS origin FROM raw.finding
    UNION ALL
    SELECT sha256, rule, severity, 'broken', message, NULL, NULL, [], 'suite' FROM quality.judgement
    WHERE sha256 IS NOT NULL
)
SELECT
    found.sha256,
    row_number() OVER (
        PARTITION BY found.sha256 ORDER BY found.origin, found.rule, found.message, found.facts::VARCHAR
    )::INTEGER AS finding_number,
    report.report_id,
    found.rule,
    found.severity,
    found.outcome,
    found.message,
    found.observed,
    found.expected,
    found.facts,
    found.origin
FROM found
LEFT JOIN core.report AS report USING (sha256)
