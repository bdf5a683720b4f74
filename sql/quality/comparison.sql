-- what: Every rule over several reports for every report that it is about: what its figures must be beside those of other years, other agencies and the divisions below | 报告间比较规则：与往年、其他机关及下级区划相比
-- grain: report_id, rule
-- column report_id: Report that is judged | 被检验的报告
-- column sha256: Its original | 其原件SHA-256
-- column province_code: Province it counts in | 所属省级代码
-- column report_year: Report year | 报告年度
-- column rule: Code of the rule | 规则代码
-- column outcome: holds, broken or not_assessable | 结果：holds成立、broken不成立、not_assessable无法评估
-- column other_id: Report that it was compared with; null where there is none | 所比较的报告；没有则为空
-- column observed: Figure found | 实际值
-- column expected: Figure that the others lead to expect | 依其他报告推得的数值
-- column facts: Figures concerned: indicator|applicant | 涉及的数据项
-- column message: What was found, in English | 说明（英文）
-- column message_zh: What was found, in Chinese | 说明（中文）
WITH
report AS (
    SELECT
        r.report_id, r.document_number, r.sha256, r.province_code, r.report_year, r.rollup_code, r.role, r.era,
        r.published_on, r.is_on_time, d.text_fingerprint, d.text_length,
        coalesce(r.rollup_code, r.division_code, r.province_code[1:2] || 'xxxx') || ':' || r.agency_key AS series
    FROM core.report AS r
    JOIN core.document AS d USING (document_number)
),
-- across years: a figure that follows from those of the year before, as signed terms
term(rule, indicator, side, operand, sign) AS (
    VALUES
        ('years.carried_in', 'requests.carried_in', 'before', 'requests.carried_out', 1),
        ('years.in_force', 'active.rules.in_force', 'before', 'active.rules.in_force', 1),
        ('years.in_force', 'active.rules.in_force', 'now', 'active.rules.issued', 1),
        ('years.in_force', 'active.rules.in_force', 'now', 'active.rules.repealed', -1),
        ('years.in_force', 'active.normative_documents.in_force', 'before', 'active.normative_documents.in_force', 1),
        ('years.in_force', 'active.normative_documents.in_force', 'now', 'active.normative_documents.issued', 1),
        ('years.in_force', 'active.normative_documents.in_force', 'now', 'active.normative_documents.repealed', -1),
        ('years.items_last_year', 'active.licensing.items_last_year', 'before', 'active.licensing.items_last_year', 1),
        ('years.items_last_year', 'active.licensing.items_last_year', 'before', 'active.licensing.items_change', 1),
        ('years.items_last_year', 'active.other_services.items_last_year', 'before', 'active.other_services.items_last_year', 1),
        ('years.items_last_year', 'active.other_services.items_last_year', 'before', 'active.other_services.items_change', 1),
        ('years.items_last_year', 'active.penalties.items_last_year', 'before', 'active.penalties.items_last_year', 1),
        ('years.items_last_year', 'active.penalties.items_last_year', 'before', 'active.penalties.items_change', 1),
        ('years.items_last_year', 'active.coercion.items_last_year', 'before', 'active.coercion.items_last_year', 1),
        ('years.items_last_year', 'active.coercion.items_last_year', 'before', 'active.coercion.items_change', 1),
        ('years.items_last_year', 'active.fees.items_last_year', 'before', 'active.fees.items_last_year', 1),
        ('years.items_last_year', 'active.fees.items_last_year', 'before', 'active.fees.items_change', 1)
),
figure AS (
    SELECT report_id, indicator, applicant, value
    FROM core.fact
    WHERE state = 'reported' AND qualifier = 'exact' AND (
        indicator IN ('requests.received', 'requests.carried_in', 'requests.carried_out')
        OR ends_with(indicator, '.in_force') OR ends_with(indicator, '.issued') OR ends_with(indicator, '.repealed')
        OR ends_with(indicator, '.items_last_year') OR ends_with(indicator, '.items_change')
    )
),
chained AS (
    SELECT now.report_id, before.report_id AS before_id, rule.rule
    FROM report AS now
    JOIN (SELECT DISTINCT rule FROM term) AS rule
        ON CASE rule.rule
            WHEN 'years.carried_in' THEN now.era IN ('2019', '2021')
            WHEN 'years.in_force' THEN now.era = '2021' AND now.report_year >= 2022
            ELSE now.era = '2019'
        END
    LEFT JOIN report AS before
        ON before.series = now.series AND before.report_year = now.report_year - 1
        AND CASE rule.rule
            WHEN 'years.carried_in' THEN before.era IN ('2019', '2021')
            WHEN 'years.in_force' THEN before.era = '2021'
            ELSE before.era = '2019'
        END
),
chained_cell AS (
    SELECT
        c.report_id, c.rule, t.indicator, coalesce(o.applicant, 'total') AS applicant,
        any_value(o.value) AS observed,
        CASE WHEN count(f.value) = count(*) THEN sum(t.sign * f.value) END AS expected
    FROM chained AS c
    JOIN term AS t USING (rule)
    LEFT JOIN figure AS o ON o.report_id = c.report_id AND o.indicator = t.indicator
    LEFT JOIN figure AS f
        ON f.report_id = CASE t.side WHEN 'now' THEN c.report_id ELSE c.before_id END
        AND f.indicator = t.operand AND f.applicant = coalesce(o.applicant, 'total')
    WHERE c.before_id IS NOT NULL
    GROUP BY ALL
),
chain AS (
    SELECT
        c.report_id, c.rule,
        any_value(c.before_id) AS other_id,
        CASE
            WHEN bool_or(cell.observed <> cell.expected) THEN 'broken'
            WHEN bool_or(cell.observed = cell.expected) THEN 'holds'
            ELSE 'not_assessable'
        END AS outcome,
        -- the total's if it is among those that differ
        min_by(cell.indicator, (cell.applicant <> 'total', cell.indicator, cell.applicant)) FILTER (cell.observed <> cell.expected) AS indicator,
        min_by(cell.applicant, (cell.applicant <> 'total', cell.indicator, cell.applicant)) FILTER (cell.observed <> cell.expected) AS applicant,
        min_by(cell.observed, (cell.applicant <> 'total', cell.indicator, cell.applicant)) FILTER (cell.observed <> cell.expected) AS observed,
        min_by(cell.expected, (cell.applicant <> 'total', cell.indicator, cell.applicant)) FILTER (cell.observed <> cell.expected) AS expected,
        count(*) FILTER (cell.observed <> cell.expected) AS broken_count
    FROM chained AS c
    LEFT JOIN chained_cell AS cell USING (report_id, rule)
    GROUP BY c.report_id, c.rule
),
-- plausibility against an agency's own other years, which peers of the year may have moved alike
watched AS (
    SELECT r.report_id, r.series, r.report_year, r.province_code, m.measure, m.numerator AS value, ln(m.numerator + 3) AS level
    FROM core.report_measure AS m
    JOIN report AS r USING (document_number)
    WHERE m.measure IN (
        'requests_received', 'requests_resolved', 'licensing_decisions', 'penalty_decisions', 'coercion_decisions', 'disclosed_total'
    ) AND m.is_complete AND m.is_comparable AND m.inexact_count = 0 AND m.numerator >= 0
),
own_years AS (
    SELECT series, measure, list(struct_pack(year := report_year, level := level)) AS years
    FROM watched
    GROUP BY series, measure
    HAVING count(*) >= 4
),
against_own AS (
    SELECT
        w.*,
        list_transform(list_filter(o.years, lambda y: y.year <> w.report_year), lambda y: y.level) AS levels,
        list_median(levels) AS usual,
        list_median(list_transform(levels, lambda l: abs(l - usual))) AS spread
    FROM watched AS w
    JOIN own_years AS o USING (series, measure)
),
jump AS (
    SELECT
        *,
        level - usual AS change,
        CASE WHEN count(*) OVER peers >= 8 THEN median(level - usual) OVER peers ELSE 0 END AS peer_change
    FROM against_own
    WINDOW peers AS (PARTITION BY measure, report_year)
),
jumped AS (
    SELECT
        *,
        -- counts up to some hundred come and go: on the scale of roots chance moves them all alike
        abs(change - peer_change) > greatest(ln(8), 6 * 1.4826 * spread)
        AND abs(sqrt(value) - sqrt(greatest(exp(usual) - 3, 0))) >= 16 AS is_broken
    FROM jump
),
history AS (
    SELECT
        r.report_id,
        CASE WHEN bool_or(j.is_broken) THEN 'broken' WHEN count(j.report_id) > 0 THEN 'holds' ELSE 'not_assessable' END AS outcome,
        max_by(j.measure, abs(j.change)) FILTER (j.is_broken) AS measure,
        max_by(j.value, abs(j.change)) FILTER (j.is_broken) AS observed,
        max_by(round(exp(j.usual) - 3), abs(j.change)) FILTER (j.is_broken) AS expected
    FROM report AS r
    LEFT JOIN jumped AS j USING (report_id)
    GROUP BY r.report_id
),
-- who applies changes slowly: a share that turns over is more likely a column read, or filled in, wrongly
share AS (
    SELECT
        r.report_id, r.series, r.report_year, f.applicant, f.value / whole.value AS share
    FROM report AS r
    JOIN figure AS whole ON whole.report_id = r.report_id AND whole.indicator = 'requests.received' AND whole.applicant = 'total'
    JOIN figure AS f ON f.report_id = r.report_id AND f.indicator = 'requests.received' AND f.applicant <> 'total'
    WHERE whole.value >= 20
),
share_change AS (
    SELECT report_id, applicant, share, list_median(list_transform(list_filter(years, lambda y: y.year <> report_year), lambda y: y.share)) AS usual
    FROM (
        SELECT *, list(struct_pack(year := report_year, share := share)) OVER (PARTITION BY series, applicant) AS years
        FROM share
    )
),
applicants AS (
    SELECT
        r.report_id,
        CASE
            WHEN bool_or(abs(s.share - s.usual) > 0.5) THEN 'broken'
            WHEN count(s.usual) > 0 THEN 'holds'
            ELSE 'not_assessable'
        END AS outcome,
        max_by(s.applicant, abs(s.share - s.usual)) AS applicant,
        max_by(s.share, abs(s.share - s.usual)) AS observed,
        max_by(s.usual, abs(s.share - s.usual)) AS expected
    FROM report AS r
    LEFT JOIN share_change AS s USING (report_id)
    WHERE r.era IN ('2019', '2021')
    GROUP BY r.report_id
),
-- copies: the same words, or the same figures where they are too many to agree by chance
same_text AS (
    SELECT *, count(*) OVER (PARTITION BY text_fingerprint) AS count_
    FROM report
    WHERE text_length >= 300 AND text_fingerprint IS NOT NULL
),
-- a blank and a zero say the same here: what is copied may be printed otherwise
same_figure AS (
    SELECT *, count(*) OVER (PARTITION BY figure_key) AS count_
    FROM (
        SELECT report_id, bit_xor(hash(indicator, applicant, value)) AS figure_key
        FROM core.fact
        WHERE value <> 0 AND method <> 'narrative'
        GROUP BY report_id
        HAVING count(*) >= 8
    )
),
telling AS (
    SELECT f.report_id
    FROM core.fact AS f
    SEMI JOIN (SELECT report_id FROM same_figure WHERE count_ > 1) AS s ON s.report_id = f.report_id
    WHERE f.value <> 0
    GROUP BY f.report_id
    HAVING count(DISTINCT f.value) >= 4
),
copied_text AS (
    SELECT
        r.report_id,
        CASE WHEN t.report_id IS NULL THEN 'not_assessable' WHEN t.count_ > 1 THEN 'broken' ELSE 'holds' END AS outcome,
        (
            SELECT min(o.report_id) FROM same_text AS o
            WHERE t.count_ > 1 AND o.text_fingerprint = t.text_fingerprint AND o.report_id <> r.report_id
        ) AS other_id
    FROM report AS r
    LEFT JOIN same_text AS t USING (report_id)
),
copied_figures AS (
    SELECT
        r.report_id,
        CASE
            WHEN s.report_id IS NULL OR (s.count_ > 1 AND telling.report_id IS NULL) THEN 'not_assessable'
            WHEN s.count_ > 1 THEN 'broken'
            ELSE 'holds'
        END AS outcome,
        (
            SELECT min(o.report_id) FROM same_figure AS o
            WHERE s.count_ > 1 AND o.figure_key = s.figure_key AND o.report_id <> r.report_id
        ) AS other_id
    FROM report AS r
    LEFT JOIN same_figure AS s USING (report_id)
    LEFT JOIN telling USING (report_id)
),
-- across levels: a government's total of applications and disputes is at least what its parts report; of
-- documents and decisions some governments count only their own
applied AS (
    SELECT DISTINCT measure FROM ref.measure_indicator
    WHERE split_part(indicator, '.', 1) IN ('requests', 'review', 'litigation')
),
level AS (
    SELECT
        r.report_id, c.measure,
        c.published_numerator AS published,
        c.bottom_up_numerator AS parts,
        c.bottom_up_numerator - c.published_numerator AS excess
    FROM report AS r
    JOIN core.cover AS c ON c.division_code = r.rollup_code AND c.report_year = r.report_year
    JOIN ref.measure AS m ON m.measure = c.measure
    JOIN applied ON applied.measure = c.measure
    WHERE r.role = 'territory_total' AND m.kind = 'count' AND c.inexact_count = 0
        AND c.published_numerator IS NOT NULL AND c.bottom_up_numerator IS NOT NULL
),
levels AS (
    SELECT
        r.report_id,
        CASE
            WHEN bool_or(l.excess > greatest(2, 0.01 * l.published)) THEN 'broken'
            WHEN count(l.report_id) > 0 THEN 'holds'
            ELSE 'not_assessable'
        END AS outcome,
        max_by(l.measure, l.excess / (l.published + 10)) FILTER (l.excess > greatest(2, 0.01 * l.published)) AS measure,
        max_by(l.published, l.excess / (l.published + 10)) FILTER (l.excess > greatest(2, 0.01 * l.published)) AS observed,
        max_by(l.parts, l.excess / (l.published + 10)) FILTER (l.excess > greatest(2, 0.01 * l.published)) AS expected
    FROM report AS r
    LEFT JOIN level AS l USING (report_id)
    WHERE r.role = 'territory_total' AND r.rollup_code IS NOT NULL
    GROUP BY r.report_id
),
-- a report out of season while another version came out in season: one of them is of another year
in_season AS (
    SELECT v.canonical_number AS document_number, min(d.document_number) AS other_number, min(d.published_on) AS published_on
    FROM core.report_version AS v
    JOIN core.document AS d USING (document_number)
    JOIN core.document AS best ON best.document_number = v.canonical_number
    WHERE v.status = 'superseded' AND year(d.published_on) = v.report_year + 1
        AND d.figure_hash IS DISTINCT FROM best.figure_hash AND d.reported_count > 0
    GROUP BY v.canonical_number
),
season AS (
    SELECT
        r.report_id,
        CASE
            WHEN r.published_on IS NULL THEN 'not_assessable'
            WHEN year(r.published_on) > r.report_year + 1 AND i.document_number IS NOT NULL THEN 'broken'
            ELSE 'holds'
        END AS outcome,
        r.published_on,
        i.published_on AS other_on
    FROM report AS r
    LEFT JOIN in_season AS i USING (document_number)
),
found AS (
    SELECT
        report_id, rule, outcome, other_id, observed, expected,
        CASE WHEN indicator IS NOT NULL THEN [indicator || '|' || applicant] ELSE [] END AS facts,
        CASE outcome
            WHEN 'broken' THEN printf('%s%s is %.0f, but the report of the year before leads to %.0f%s', indicator, if(applicant = 'total', '', ' of ' || applicant), observed, expected, if(broken_count > 1, printf('; so do %d more figures', broken_count - 1), ''))
            WHEN 'holds' THEN 'follows from the report of the year before'
            ELSE if(other_id IS NULL, 'there is no report of the year before', 'a figure is missing in this or the report of the year before')
        END AS message,
        CASE outcome
            WHEN 'broken' THEN printf('%s%s为%.0f，按上年度报告应为%.0f', indicator, if(applicant = 'total', '', '（' || applicant || '）'), observed, expected)
            WHEN 'holds' THEN '与上年度报告衔接'
            ELSE if(other_id IS NULL, '没有上年度报告', '本年度或上年度报告缺少所需数据')
        END AS message_zh
    FROM chain
    UNION ALL
    SELECT
        report_id, 'plausible.history', outcome, NULL, observed, expected, [],
        CASE outcome
            WHEN 'broken' THEN printf('%s is %.0f; in other years of the agency it is about %.0f', measure, observed, expected)
            WHEN 'holds' THEN 'in keeping with the agency in other years'
            ELSE 'fewer than three other years to compare with'
        END,
        CASE outcome
            WHEN 'broken' THEN printf('%s为%.0f，该机关其他年度约为%.0f', measure, observed, expected)
            WHEN 'holds' THEN '与该机关其他年度相符'
            ELSE '可比的其他年度不足三个'
        END
    FROM history
    UNION ALL
    SELECT
        report_id, 'plausible.applicants', outcome, NULL, observed, expected,
        CASE outcome WHEN 'broken' THEN ['requests.received|' || applicant] ELSE [] END,
        CASE outcome
            WHEN 'broken' THEN printf('%s made %.0f%% of the applications, in other years %.0f%%: columns may be exchanged', applicant, 100 * observed, 100 * expected)
            WHEN 'holds' THEN 'applicants are made up as in other years'
            ELSE 'no other year, or fewer than 20 applications'
        END,
        CASE outcome
            WHEN 'broken' THEN printf('%s占申请的%.0f%%，其他年度为%.0f%%，可能列错位', applicant, 100 * observed, 100 * expected)
            WHEN 'holds' THEN '申请人构成与其他年度相符'
            ELSE '没有其他年度，或申请不足20件'
        END
    FROM applicants
    UNION ALL
    SELECT
        report_id, 'copied.text', outcome, other_id, NULL, NULL, [],
        CASE outcome
            WHEN 'broken' THEN 'has the same words as ' || other_id
            WHEN 'holds' THEN 'no other report has the same words'
            ELSE 'too little text'
        END,
        CASE outcome WHEN 'broken' THEN '文字与' || other_id || '相同' WHEN 'holds' THEN '文字未与其他报告雷同' ELSE '文字过少' END
    FROM copied_text
    UNION ALL
    SELECT
        report_id, 'copied.figures', outcome, other_id, NULL, NULL, [],
        CASE outcome
            WHEN 'broken' THEN 'every figure is that of ' || other_id
            WHEN 'holds' THEN 'no other report has the same figures'
            ELSE 'too few figures other than 0 to tell'
        END,
        CASE outcome WHEN 'broken' THEN '全部数据与' || other_id || '相同' WHEN 'holds' THEN '数据未与其他报告雷同' ELSE '非零数据过少' END
    FROM copied_figures
    UNION ALL
    SELECT
        report_id, 'levels.parts', outcome, NULL, observed, expected, [],
        CASE outcome
            WHEN 'broken' THEN printf('%s of the whole territory is %.0f, but its parts add up to %.0f', measure, observed, expected)
            WHEN 'holds' THEN 'not less than its parts'
            ELSE 'no part of the territory gives a figure to compare'
        END,
        CASE outcome
            WHEN 'broken' THEN printf('%s全域汇总为%.0f，而下级合计为%.0f', measure, observed, expected)
            WHEN 'holds' THEN '不小于下级合计'
            ELSE '没有可比的下级数据'
        END
    FROM levels
    UNION ALL
    SELECT
        report_id, 'report.out_of_season', outcome, NULL, NULL, NULL, [],
        CASE outcome
            WHEN 'broken' THEN 'dated ' || published_on || ', while another version for the same year with other figures is dated ' || other_on || ': it may be of another year'
            WHEN 'holds' THEN 'no other version came out in season with other figures'
            ELSE 'the date of publication is unknown'
        END,
        CASE outcome
            WHEN 'broken' THEN '发布于' || published_on || '，而同年度另一份数据不同的报告发布于' || other_on || '，年度可能有误'
            WHEN 'holds' THEN '没有按期发布且数据不同的其他版本'
            ELSE '发布日期不明'
        END
    FROM season
    UNION ALL
    SELECT
        report_id, 'report.late',
        CASE WHEN is_on_time IS NULL THEN 'not_assessable' WHEN is_on_time THEN 'holds' ELSE 'broken' END,
        NULL, NULL, NULL, [],
        CASE
            WHEN is_on_time IS NULL THEN 'the date of publication is unknown'
            WHEN is_on_time THEN 'published in time'
            ELSE 'published on ' || published_on || ', after the date that the regulation sets'
        END,
        CASE WHEN is_on_time IS NULL THEN '发布日期不明' WHEN is_on_time THEN '按期发布' ELSE published_on || '发布，晚于规定期限' END
    FROM report
)
SELECT
    r.report_id,
    r.sha256,
    r.province_code,
    r.report_year,
    f.rule,
    f.outcome,
    f.other_id,
    f.observed::DOUBLE AS observed,
    f.expected::DOUBLE AS expected,
    f.facts::VARCHAR[] AS facts,
    f.message,
    f.message_zh
FROM found AS f
JOIN report AS r USING (report_id)
