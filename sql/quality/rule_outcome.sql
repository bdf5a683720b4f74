-- what: How often each rule about reports holds, is broken or cannot be assessed, by province and year | 各省每年度每条报告规则的通过、不成立、无法评估数
-- grain: province_code, report_year, rule
-- column province_code: Province | 省级代码
-- column report_year: Report year | 报告年度
-- column rule: Code of the rule, as in quality.rule | 规则代码（见quality.rule）
-- column severity: What breaking it means | 严重程度
-- column passed_count: Reports for which it holds | 通过的报告数
-- column broken_count: Reports that break it | 不成立的报告数
-- column not_assessable_count: Reports for which it could not be assessed | 无法评估的报告数
WITH
total AS (
    SELECT
        province_code, report_year,
        count(*) AS report_count,
        count(*) FILTER (is_request_open) AS request_open_count,
        count(*) FILTER (is_dispute_open) AS dispute_open_count,
        count(*) FILTER (is_other_open) AS other_open_count,
        count(*) FILTER (is_without_figures) AS figureless_count,
        count(*) FILTER (is_without_figures OR is_narrative_only) AS tableless_count,
        count(*) FILTER (is_undated) AS undated_count,
        count(*) FILTER (is_formless AND NOT is_era_unusual) AS formless_count
    FROM quality.scorecard
    WHERE province_code IS NOT NULL AND report_year IS NOT NULL
    GROUP BY province_code, report_year
),
broken AS (
    SELECT s.province_code, s.report_year, j.rule, count(*) AS broken_count
    FROM quality.judgement AS j
    JOIN quality.scorecard AS s ON s.sha256 = j.sha256
    GROUP BY s.province_code, s.report_year, j.rule
),
alone AS (
    SELECT
        t.province_code, t.report_year, r.rule, r.severity, t.report_count,
        coalesce(b.broken_count, 0) AS broken_count,
        -- what a rule speaks of must be there to be judged
        CASE
            WHEN r.rule = 'report.requests_broken' THEN t.request_open_count
            WHEN r.rule = 'report.disputes_broken' THEN t.dispute_open_count
            WHEN r.rule = 'report.other_broken' THEN t.other_open_count
            WHEN r.rule IN ('report.published_before_period_end', 'report.published_late') THEN t.undated_count
            WHEN r.rule = 'report.era_unusual' THEN t.formless_count
            WHEN r.rule = 'report.narrative_disagrees' THEN t.tableless_count
            WHEN r.rule IN (
                'report.negative', 'report.fraction', 'report.illegible', 'report.blank', 'report.narrative_only'
            ) THEN t.figureless_count
            ELSE 0
        END AS not_assessable_count
    FROM total AS t
    CROSS JOIN quality.rule AS r
    LEFT JOIN broken AS b ON b.province_code = t.province_code AND b.report_year = t.report_year AND b.rule = r.rule
    WHERE r.suite = 'report_scorecard'
)
SELECT
    province_code,
    report_year,
    rule,
    severity,
    report_count - broken_count - not_assessable_count AS passed_count,
    broken_count,
    not_assessable_count
FROM alone
UNION ALL
SELECT
    c.province_code,
    c.report_year,
    c.rule,
    any_value(r.severity),
    count(*) FILTER (c.outcome = 'holds'),
    count(*) FILTER (c.outcome = 'broken'),
    count(*) FILTER (c.outcome = 'not_assessable')
FROM quality.comparison AS c
JOIN quality.rule AS r ON r.rule = c.rule AND r.suite = 'report_comparison'
GROUP BY c.province_code, c.report_year, c.rule
