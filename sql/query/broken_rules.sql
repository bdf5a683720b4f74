-- question: Which rules are broken most often? | 哪些规则最常不成立？
SELECT
    rule,
    severity,
    origin,
    count(*) AS finding_count,
    count(DISTINCT sha256) AS document_count,
    min(message) AS example
FROM quality.finding
WHERE outcome = 'broken'
GROUP BY rule, severity, origin
ORDER BY finding_count DESC, rule
