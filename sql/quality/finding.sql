-- what: Every rule that is broken, or could not be assessed, in one document: each once | 每个文件中不成立或无法评估的规则，每项一次
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
-- column origin: parser (the reading of the document), comparison (with other reports) or suite (what only an
--   expectation suite says) | 来源：parser解析器、comparison报告间比较、suite仅由质量期望套件给出
WITH
found AS (
    SELECT sha256, rule, severity, outcome, message, observed, expected, facts, 'parser' AS origin FROM raw.finding
    UNION ALL
    -- what the parser says itself is not said again
    SELECT j.sha256, j.rule, j.severity, 'broken', j.message, NULL, NULL, [], 'suite'
    FROM quality.judgement AS j
    WHERE j.sha256 IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM raw.finding AS f
        WHERE f.sha256 = j.sha256 AND f.outcome = 'broken' AND regexp_full_match(f.rule, j.parser_rule)
    )
    UNION ALL
    SELECT c.sha256, c.rule, j.severity, 'broken', c.message, c.observed, c.expected, c.facts, 'comparison'
    FROM quality.overall_judgement AS j
    JOIN quality.comparison AS c ON c.sha256 = j.subject AND c.rule = j.rule AND c.outcome = 'broken'
    WHERE j.suite = 'report_comparison'
    UNION ALL
    -- that there is nothing to compare with is no finding; quality.comparison has it
    SELECT c.sha256, c.rule, 'info', 'not_assessable', c.message, c.observed, c.expected, c.facts, 'comparison'
    FROM quality.comparison AS c
    WHERE c.outcome = 'not_assessable' AND c.other_id IS NOT NULL
)
SELECT
    found.sha256,
    row_number() OVER (
        PARTITION BY found.sha256
        ORDER BY
            CASE found.origin WHEN 'parser' THEN 1 WHEN 'comparison' THEN 2 ELSE 3 END,
            found.rule, found.message, found.facts::VARCHAR
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
