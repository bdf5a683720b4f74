-- what: What people decided about documents and held-back publications | 人工对文件及发布所作的决定
-- grain: decision_number
-- column decision_number: Number of the decision, in order of time | 决定序号
-- column action: release or reject a document, reopen its case, or publish in spite of a rule | 决定：release放行、reject剔除、reopen撤销决定、publish准予发布
-- column subject: The document's SHA-256, or what the rule held back | 文件SHA-256或被阻止发布的对象
-- column rules: Rules that it sets aside | 所豁免的规则
-- column decided_by: Who decided | 决定人
-- column reason: Why | 理由
-- column decided_at: When, UTC | 时间（UTC）
-- column is_current: No later decision is about the same | 是否为该对象的最新决定
SELECT
    decision_number,
    action,
    subject,
    rules,
    decided_by,
    reason,
    decided_at,
    row_number() OVER (PARTITION BY subject, action = 'publish' ORDER BY decision_number DESC) = 1 AS is_current
FROM raw.decision
