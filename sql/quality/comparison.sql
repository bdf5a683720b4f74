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
        r.report_id, r.document_number AS number, r.sha256, r.province_code, r.report_year, r.rollup_code, r.role, r.era,
        r.agency_type, r.agency_key, place.level, r.published_on, r.is_on_time, d.text_fingerprint, d.text_length, s.series
    FROM core.report AS r
    JOIN core.document AS d ON d.document_number = r.document_number
    JOIN quality.series AS s ON s.report_id = r.report_id
    LEFT JOIN core.division_year AS place ON place.report_year = r.report_year AND place.division_code = r.rollup_code
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
-- plausibility: figures that an agency has of the same order every year
watch(indicator, measure) AS (
    VALUES
        ('requests.received', 'requests_received'),
        ('requests.resolved', 'requests_resolved'),
        ('requests.closed', 'requests_resolved'),
        ('active.licensing.decisions', 'licensing_decisions'),
        ('active.penalties.decisions', 'penalty_decisions'),
        ('active.coercion.decisions', 'coercion_decisions'),
        ('disclosed.total', 'disclosed_total')
),
-- the figures that these rules read, by number: joins by number cost a fraction of joins by name
wanted AS (
    SELECT indicator, (row_number() OVER (ORDER BY indicator))::INTEGER AS indicator_number
    FROM (SELECT indicator FROM term UNION SELECT operand FROM term UNION SELECT indicator FROM watch)
),
kind AS (
    SELECT applicant, (row_number() OVER (ORDER BY applicant))::INTEGER AS applicant_number FROM ref.applicant
),
figure AS (
    SELECT r.number, w.indicator_number, k.applicant_number, f.value
    FROM core.fact AS f
    JOIN wanted AS w ON w.indicator = f.indicator
    JOIN kind AS k ON k.applicant = f.applicant
    JOIN report AS r ON r.report_id = f.report_id
    WHERE f.state = 'reported' AND f.qualifier = 'exact'
),
-- the forms whose figures a rule reads: of the report, of the one before
chain_era(rule, era, before_era) AS (
    VALUES
        ('years.carried_in', '2019', '2019'),
        ('years.carried_in', '2021', '2019'),
        ('years.carried_in', '2021', '2021'),
        ('years.carried_in', '2019', '2021'),
        -- what the form of 2019 calls public in all is another stock
        ('years.in_force', '2021', '2021'),
        ('years.items_last_year', '2019', '2019')
),
pair AS (
    SELECT now.number, now.era, now.report_year, before.number AS before_number, before.era AS before_era
    FROM report AS now
    LEFT JOIN (SELECT number, series, report_year + 1 AS report_year, era FROM report) AS before
        ON before.series = now.series AND before.report_year = now.report_year
),
chained AS (
    SELECT pair.number, rule.rule, chain_era.rule IS NOT NULL AS is_paired, pair.before_number
    FROM pair
    JOIN (SELECT DISTINCT rule, era FROM chain_era) AS rule ON rule.era = pair.era
    LEFT JOIN chain_era
        ON chain_era.rule = rule.rule AND chain_era.era = pair.era AND chain_era.before_era = pair.before_era
    WHERE rule.rule <> 'years.in_force' OR pair.report_year >= 2022
),
step AS (
    SELECT
        t.rule, target.indicator_number, t.side = 'now' AS is_now, operand.indicator_number AS operand_number, t.sign,
        count(*) OVER (PARTITION BY t.rule, t.indicator) AS needed_count
    FROM term AS t
    JOIN wanted AS target ON target.indicator = t.indicator
    JOIN wanted AS operand ON operand.indicator = t.operand
),
chained_cell AS (
    SELECT
        c.number, c.rule, step.indicator_number, o.applicant_number,
        any_value(o.value) AS observed,
        CASE WHEN count(*) = any_value(step.needed_count) THEN sum(step.sign * f.value) END AS expected
    FROM chained AS c
    JOIN step ON step.rule = c.rule
    JOIN figure AS o ON o.number = c.number AND o.indicator_number = step.indicator_number
    JOIN figure AS f
        ON f.number = CASE WHEN step.is_now THEN c.number ELSE c.before_number END
        AND f.indicator_number = step.operand_number AND f.applicant_number = o.applicant_number
    WHERE c.is_paired
    GROUP BY c.number, c.rule, step.indicator_number, o.applicant_number
),
chained_outcome AS (
    SELECT
        number, rule,
        CASE
            WHEN bool_or(observed <> expected) THEN 'broken'
            WHEN bool_or(observed = expected) THEN 'holds'
            ELSE 'not_assessable'
        END AS outcome,
        -- the total's if it is among those that differ
        arg_min(
            struct_pack(
                indicator_number := indicator_number, applicant_number := applicant_number, observed := observed,
                expected := expected
            ),
            (applicant_number <> (SELECT applicant_number FROM kind WHERE applicant = 'total'), indicator_number, applicant_number)
        ) FILTER (observed <> expected) AS cell,
        count(*) FILTER (observed <> expected) AS broken_count
    FROM chained_cell
    GROUP BY number, rule
),
chain AS (
    SELECT
        c.number, c.rule, if(c.is_paired, c.before_number, NULL) AS before_number,
        coalesce(o.outcome, 'not_assessable') AS outcome,
        wanted.indicator, kind.applicant, o.cell.observed AS observed, o.cell.expected AS expected, o.broken_count
    FROM chained AS c
    LEFT JOIN chained_outcome AS o ON o.number = c.number AND o.rule = c.rule
    LEFT JOIN wanted ON wanted.indicator_number = o.cell.indicator_number
    LEFT JOIN kind ON kind.applicant_number = o.cell.applicant_number
),
watched AS (
    SELECT
        r.number, r.series, r.report_year, r.agency_type, r.agency_key, r.role, r.level AS division_level, watch.measure,
        f.value, ln(f.value + 3) AS level
    FROM figure AS f
    JOIN wanted USING (indicator_number)
    JOIN watch USING (indicator)
    JOIN report AS r ON r.number = f.number
    WHERE f.applicant_number = (SELECT applicant_number FROM kind WHERE applicant = 'total') AND f.value >= 0
),
own_years AS (
    SELECT series, measure, list(struct_pack(year := report_year, level := level)) AS years
    FROM watched
    GROUP BY series, measure
    HAVING count(*) >= 2
),
against_own AS (
    SELECT
        w.*,
        list_transform(list_filter(o.years, lambda y: y.year <> w.report_year), lambda y: y.level) AS levels,
        list_median(levels) AS usual,
        list_median(list_transform(levels, lambda l: abs(l - usual))) AS spread
    FROM watched AS w
    LEFT JOIN own_years AS o USING (series, measure)
),
-- what changes for all alike in a year is no jump
common_change AS (
    SELECT measure, report_year, CASE WHEN count(*) >= 8 THEN median(level - usual) ELSE 0 END AS peer_change
    FROM against_own
    WHERE len(levels) >= 3
    GROUP BY measure, report_year
),
jumped AS (
    SELECT
        a.number, a.measure, a.value, a.usual, a.level - a.usual AS change,
        -- counts up to some hundred come and go: on the scale of roots chance moves them all alike
        abs(change - c.peer_change) > greatest(ln(8), 6 * 1.4826 * a.spread)
        AND abs(sqrt(a.value) - sqrt(greatest(exp(a.usual) - 3, 0))) >= 16 AS is_broken
    FROM against_own AS a
    JOIN common_change AS c USING (measure, report_year)
    WHERE len(a.levels) >= 3
),
history_outcome AS (
    SELECT
        number,
        bool_or(is_broken) AS is_broken,
        max_by(measure, abs(change)) FILTER (is_broken) AS measure,
        max_by(value, abs(change)) FILTER (is_broken) AS observed,
        max_by(round(exp(usual) - 3), abs(change)) FILTER (is_broken) AS expected
    FROM jumped
    GROUP BY number
),
history AS (
    SELECT
        r.number,
        CASE WHEN h.is_broken THEN 'broken' WHEN h.number IS NOT NULL THEN 'holds' ELSE 'not_assessable' END AS outcome,
        h.measure, h.observed, h.expected
    FROM report AS r
    LEFT JOIN history_outcome AS h USING (number)
),
-- against peers of the year: the same agency elsewhere at the same level where there are enough, else all of its type
peer AS (
    SELECT
        measure, report_year, division_level, role, agency_type, agency_key,
        count(*) AS peer_count, median(level) AS usual, mad(level) AS spread
    FROM watched
    WHERE division_level IS NOT NULL
    GROUP BY GROUPING SETS (
        (measure, report_year, division_level, role, agency_type, agency_key),
        (measure, report_year, division_level, role, agency_type)
    )
    HAVING count(*) >= 20
),
beside_peers AS (
    SELECT
        a.number, a.measure, a.value,
        coalesce(same.usual, alike.usual) AS usual,
        coalesce(same.spread, alike.spread) AS spread,
        coalesce(same.peer_count, alike.peer_count) AS peer_count,
        abs(a.level - coalesce(same.usual, alike.usual)) AS distance,
        distance > greatest(ln(50), 6 * 1.4826 * coalesce(same.spread, alike.spread))
        AND abs(sqrt(a.value) - sqrt(greatest(exp(coalesce(same.usual, alike.usual)) - 3, 0))) >= 16
        -- an agency that is as large every year is large
        AND coalesce(abs(a.level - a.usual) > ln(8), TRUE) AS is_broken
    FROM against_own AS a
    LEFT JOIN peer AS same
        ON same.measure = a.measure AND same.report_year = a.report_year AND same.division_level = a.division_level
        AND same.role = a.role AND same.agency_type = a.agency_type AND same.agency_key = a.agency_key
    LEFT JOIN peer AS alike
        ON alike.measure = a.measure AND alike.report_year = a.report_year AND alike.division_level = a.division_level
        AND alike.role = a.role AND alike.agency_type = a.agency_type AND alike.agency_key IS NULL
    WHERE coalesce(same.peer_count, alike.peer_count) IS NOT NULL
),
peers_outcome AS (
    SELECT
        number,
        bool_or(is_broken) AS is_broken,
        max_by(measure, distance) FILTER (is_broken) AS measure,
        max_by(value, distance) FILTER (is_broken) AS observed,
        max_by(round(exp(usual) - 3), distance) FILTER (is_broken) AS expected,
        max_by(peer_count, distance) FILTER (is_broken) AS peer_count
    FROM beside_peers
    GROUP BY number
),
peers AS (
    SELECT
        r.number,
        CASE WHEN p.is_broken THEN 'broken' WHEN p.number IS NOT NULL THEN 'holds' ELSE 'not_assessable' END AS outcome,
        p.measure, p.observed, p.expected, p.peer_count
    FROM report AS r
    LEFT JOIN peers_outcome AS p USING (number)
),
-- who applies changes slowly: a share that turns over is more likely a column read, or filled in, wrongly
received AS (
    SELECT f.number, kind.applicant, f.value
    FROM figure AS f
    JOIN wanted USING (indicator_number)
    JOIN kind USING (applicant_number)
    WHERE wanted.indicator = 'requests.received'
),
share AS (
    SELECT r.number, r.series, r.report_year, f.applicant, f.value / whole.value AS share
    FROM received AS f
    JOIN received AS whole ON whole.number = f.number AND whole.applicant = 'total'
    JOIN report AS r ON r.number = f.number
    WHERE f.applicant <> 'total' AND whole.value >= 20
),
share_years AS (
    SELECT series, applicant, list(struct_pack(year := report_year, share := share)) AS years
    FROM share
    GROUP BY series, applicant
    HAVING count(*) >= 2
),
share_change AS (
    SELECT
        s.number, s.applicant, s.share,
        list_median(list_transform(list_filter(y.years, lambda one: one.year <> s.report_year), lambda one: one.share)) AS usual
    FROM share AS s
    JOIN share_years AS y USING (series, applicant)
),
applicants_outcome AS (
    SELECT
        number,
        max(abs(share - usual)) > 0.5 AS is_broken,
        max_by(applicant, abs(share - usual)) AS applicant,
        max_by(share, abs(share - usual)) AS observed,
        max_by(usual, abs(share - usual)) AS expected
    FROM share_change
    GROUP BY number
),
applicants AS (
    SELECT
        r.number,
        CASE WHEN a.is_broken THEN 'broken' WHEN a.number IS NOT NULL THEN 'holds' ELSE 'not_assessable' END AS outcome,
        a.applicant, a.observed, a.expected
    FROM report AS r
    LEFT JOIN applicants_outcome AS a USING (number)
    WHERE r.era IN ('2019', '2021')
),
-- copies: the same words, or the same figures where they are too many to agree by chance
-- by fingerprint, the two first of those that share it: each has another to name
same_text AS (
    SELECT text_fingerprint, count(*) AS shared_count, min(report_id, 2) AS first_ids
    FROM report
    WHERE text_length >= 300 AND text_fingerprint IS NOT NULL
    GROUP BY text_fingerprint
),
copied_text AS (
    SELECT
        r.number,
        CASE
            WHEN t.text_fingerprint IS NULL OR r.text_length < 300 THEN 'not_assessable'
            WHEN t.shared_count > 1 THEN 'broken'
            ELSE 'holds'
        END AS outcome,
        CASE
            WHEN t.shared_count > 1 AND r.text_length >= 300 THEN if(t.first_ids[1] = r.report_id, t.first_ids[2], t.first_ids[1])
        END AS other_id
    FROM report AS r
    LEFT JOIN same_text AS t USING (text_fingerprint)
),
-- a blank and a zero say the same here: what is copied may be printed otherwise
figures AS (
    SELECT report_id, bit_xor(hash(indicator, applicant, value)) AS figure_key
    FROM core.fact
    WHERE value <> 0 AND method <> 'narrative'
    GROUP BY report_id
    HAVING count(*) >= 8
),
same_figures AS (
    SELECT figure_key, count(*) AS shared_count, min(report_id, 2) AS first_ids
    FROM figures
    GROUP BY figure_key
),
-- few different numbers agree by chance
telling AS (
    SELECT f.report_id
    FROM core.fact AS f
    SEMI JOIN (
        SELECT report_id FROM figures JOIN same_figures USING (figure_key) WHERE shared_count > 1
    ) AS shared ON shared.report_id = f.report_id
    WHERE f.value <> 0
    GROUP BY f.report_id
    HAVING count(DISTINCT f.value) >= 4
),
copied_figures AS (
    SELECT
        r.number,
        CASE
            WHEN s.figure_key IS NULL OR (s.shared_count > 1 AND telling.report_id IS NULL) THEN 'not_assessable'
            WHEN s.shared_count > 1 THEN 'broken'
            ELSE 'holds'
        END AS outcome,
        CASE WHEN s.shared_count > 1 THEN if(s.first_ids[1] = r.report_id, s.first_ids[2], s.first_ids[1]) END AS other_id
    FROM report AS r
    LEFT JOIN figures AS f ON f.report_id = r.report_id
    LEFT JOIN same_figures AS s ON s.figure_key = f.figure_key
    LEFT JOIN telling ON telling.report_id = r.report_id
),
-- across levels: a government's total is at least what the parts of its territory report. Of applications and
-- disputes any part must be in it; of documents, decisions and the rest some governments count only their own, so
-- that it is worth knowing only, and only where nearly every division right below reports
applied AS (
    SELECT DISTINCT measure FROM ref.measure_indicator
    WHERE split_part(indicator, '.', 1) IN ('requests', 'review', 'litigation')
),
below AS (
    SELECT report_year, parent_code, count(*) AS division_count
    FROM core.division_year
    WHERE parent_code IS NOT NULL AND NOT is_next_year
    GROUP BY report_year, parent_code
),
level AS (
    SELECT
        r.number, c.measure,
        CASE WHEN applied.measure IS NOT NULL THEN 'levels.parts' ELSE 'levels.other_parts' END AS rule,
        c.published_numerator AS published,
        c.bottom_up_numerator AS parts,
        (c.bottom_up_numerator - c.published_numerator) / (c.published_numerator + 10) AS share,
        c.bottom_up_numerator - c.published_numerator > greatest(2, 0.01 * c.published_numerator) AS is_broken
    FROM report AS r
    JOIN core.cover AS c ON c.division_code = r.rollup_code AND c.report_year = r.report_year
    JOIN ref.measure AS m ON m.measure = c.measure
    LEFT JOIN applied ON applied.measure = c.measure
    LEFT JOIN below ON below.report_year = r.report_year AND below.parent_code = r.rollup_code
    WHERE r.role = 'territory_total' AND m.is_additive AND c.inexact_count = 0
        AND c.published_numerator IS NOT NULL AND c.bottom_up_numerator IS NOT NULL
        AND (
            (applied.measure IS NOT NULL AND m.kind = 'count')
            OR (applied.measure IS NULL AND m.formula IS NULL AND c.child_count >= 0.8 * below.division_count)
        )
),
level_outcome AS (
    SELECT
        number, rule,
        bool_or(is_broken) AS is_broken,
        max_by(measure, share) FILTER (is_broken) AS measure,
        max_by(published, share) FILTER (is_broken) AS observed,
        max_by(parts, share) FILTER (is_broken) AS expected
    FROM level
    GROUP BY number, rule
),
levels AS (
    SELECT
        r.number, rule.rule,
        CASE WHEN l.is_broken THEN 'broken' WHEN l.number IS NOT NULL THEN 'holds' ELSE 'not_assessable' END AS outcome,
        l.measure, l.observed, l.expected
    FROM report AS r
    CROSS JOIN (VALUES ('levels.parts'), ('levels.other_parts')) AS rule(rule)
    LEFT JOIN level_outcome AS l ON l.number = r.number AND l.rule = rule.rule
    WHERE r.role = 'territory_total' AND r.rollup_code IS NOT NULL
),
-- a report out of season while another version came out in season: one of them is of another year
in_season AS (
    SELECT v.canonical_number AS number, min(d.published_on) AS published_on
    FROM core.report_version AS v
    JOIN core.document AS d USING (document_number)
    JOIN core.document AS best ON best.document_number = v.canonical_number
    WHERE v.status = 'superseded' AND year(d.published_on) = v.report_year + 1
        AND d.figure_hash IS DISTINCT FROM best.figure_hash AND d.reported_count > 0
    GROUP BY v.canonical_number
),
season AS (
    SELECT
        r.number,
        CASE
            WHEN r.published_on IS NULL THEN 'not_assessable'
            WHEN year(r.published_on) > r.report_year + 1 AND i.number IS NOT NULL THEN 'broken'
            ELSE 'holds'
        END AS outcome,
        r.published_on,
        i.published_on AS other_on
    FROM report AS r
    LEFT JOIN in_season AS i USING (number)
),
-- versions of one report that stand beside each other: where their figures differ, one is misread or should be gone
visit AS (
    SELECT address, sha256, requested_at
    FROM raw.attempt
    WHERE sha256 IS NOT NULL AND role IS DISTINCT FROM 'listing' AND role IS DISTINCT FROM 'part'
),
superseded AS (
    SELECT d.sha256
    FROM core.report_version AS v
    JOIN core.reading AS d ON d.document_number = v.document_number
    WHERE v.status = 'superseded'
),
shown AS (
    SELECT visit.address, arg_max(visit.sha256, visit.requested_at) AS sha256
    FROM visit
    SEMI JOIN (SELECT address FROM visit SEMI JOIN superseded USING (sha256)) AS had ON had.address = visit.address
    GROUP BY visit.address
),
other_version AS (
    SELECT
        v.canonical_number AS number, d.sha256, own.form_era, own.figures AS own, other.figures AS other,
        list_filter(generate_series(1, len(own.figures)), lambda place: own.figures[place] IS NOT NULL AND other.figures[place] IS NOT NULL) AS shared,
        list_filter(shared, lambda place: own.figures[place] <> other.figures[place]) AS differing
    FROM core.report_version AS v
    JOIN core.reading AS d ON d.document_number = v.document_number
    JOIN core.reading AS best ON best.document_number = v.canonical_number
    JOIN core.figure_list AS own ON own.document_number = v.canonical_number
    JOIN core.figure_list AS other ON other.document_number = v.document_number AND other.form_era = own.form_era
    SEMI JOIN shown ON shown.sha256 = d.sha256
    WHERE v.status = 'superseded'
        -- garbled copies on other sites say nothing of the government's own page
        AND (d.is_official OR NOT best.is_official)
),
worst_version AS (
    SELECT
        number,
        arg_max(other_version, (len(differing), sha256)) AS o,
        sum(len(shared)) AS total_shared
    FROM other_version
    GROUP BY number
),
versions AS (
    SELECT
        w.number,
        CASE WHEN len(w.o.differing) > 0 THEN 'broken' WHEN w.total_shared > 0 THEN 'holds' ELSE 'not_assessable' END AS outcome,
        w.o.sha256 AS other_sha256,
        len(w.o.differing) AS differing_count,
        w.o.own[w.o.differing[1]] AS observed,
        w.o.other[w.o.differing[1]] AS expected,
        list(cell.indicator || '|' || cell.applicant ORDER BY cell.cell_place) FILTER (list_contains(w.o.differing, cell.cell_place)) AS facts
    FROM worst_version AS w
    LEFT JOIN ref.era_cell AS cell ON cell.era = w.o.form_era
    GROUP BY ALL
),
found AS (
    SELECT
        number, rule, outcome, before.report_id AS other_id, observed, expected,
        CASE WHEN indicator IS NOT NULL THEN [indicator || '|' || applicant] ELSE [] END AS facts,
        CASE outcome
            WHEN 'broken' THEN printf('%s%s is %.0f, but the report of the year before leads to %.0f%s', indicator, if(applicant = 'total', '', ' of ' || applicant), observed, expected, if(broken_count > 1, printf('; so do %d more figures', broken_count - 1), ''))
            WHEN 'holds' THEN 'follows from the report of the year before'
            ELSE if(before_number IS NULL, 'there is no report of the year before', 'a figure is missing in this or the report of the year before')
        END AS message,
        CASE outcome
            WHEN 'broken' THEN printf('%s%s为%.0f，按上年度报告应为%.0f', indicator, if(applicant = 'total', '', '（' || applicant || '）'), observed, expected)
            WHEN 'holds' THEN '与上年度报告衔接'
            ELSE if(before_number IS NULL, '没有上年度报告', '本年度或上年度报告缺少所需数据')
        END AS message_zh
    FROM chain
    LEFT JOIN (SELECT number AS before_number, report_id FROM report) AS before USING (before_number)
    UNION ALL
    SELECT
        number, 'plausible.history', outcome, NULL, observed, expected, [],
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
        number, 'plausible.peers', outcome, NULL, observed, expected, [],
        CASE outcome
            WHEN 'broken' THEN printf('%s is %.0f; of %d peers of the year half have less and half more than %.0f', measure, observed, peer_count, expected)
            WHEN 'holds' THEN 'in keeping with its peers of the year, or as large in its other years'
            ELSE 'fewer than 20 peers of the year to compare with'
        END,
        CASE outcome
            WHEN 'broken' THEN printf('%s为%.0f，而同年度%d个同类机关的中位数约为%.0f', measure, observed, peer_count, expected)
            WHEN 'holds' THEN '与同年度同类机关相符，或与本机关其他年度相当'
            ELSE '同年度同类机关不足20个'
        END
    FROM peers
    UNION ALL
    SELECT
        number, 'plausible.applicants', outcome, NULL, observed, expected,
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
        number, 'copied.text', outcome, other_id, NULL, NULL, [],
        CASE outcome
            WHEN 'broken' THEN 'has the same words as ' || other_id
            WHEN 'holds' THEN 'no other report has the same words'
            ELSE 'too little text'
        END,
        CASE outcome WHEN 'broken' THEN '文字与' || other_id || '相同' WHEN 'holds' THEN '文字未与其他报告雷同' ELSE '文字过少' END
    FROM copied_text
    UNION ALL
    SELECT
        number, 'copied.figures', outcome, other_id, NULL, NULL, [],
        CASE outcome
            WHEN 'broken' THEN 'every figure is that of ' || other_id
            WHEN 'holds' THEN 'no other report has the same figures'
            ELSE 'too few figures other than 0 to tell'
        END,
        CASE outcome WHEN 'broken' THEN '全部数据与' || other_id || '相同' WHEN 'holds' THEN '数据未与其他报告雷同' ELSE '非零数据过少' END
    FROM copied_figures
    UNION ALL
    SELECT
        number, rule, outcome, NULL, observed, expected, [],
        CASE outcome
            WHEN 'broken' THEN printf('%s of the whole territory is %.0f, but its parts add up to %.0f', measure, observed, expected)
            WHEN 'holds' THEN 'not less than its parts'
            ELSE if(rule = 'levels.parts', 'no part of the territory gives a figure to compare', 'fewer than four fifths of the divisions below give a figure')
        END,
        CASE outcome
            WHEN 'broken' THEN printf('%s全域汇总为%.0f，而下级合计为%.0f', measure, observed, expected)
            WHEN 'holds' THEN '不小于下级合计'
            ELSE if(rule = 'levels.parts', '没有可比的下级数据', '有数据的下级区划不足五分之四')
        END
    FROM levels
    UNION ALL
    SELECT
        number, 'report.out_of_season', outcome, NULL, NULL, NULL, [],
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
        number, 'versions.disagree', outcome, NULL, observed, expected, coalesce(facts, []),
        CASE outcome
            WHEN 'broken' THEN printf('%s is %.0f; in another version of the report that still stands (document %s) it is %.0f%s', replace(facts[1], '|total', ''), observed, other_sha256[:12], expected, if(differing_count > 1, printf('; %d figures differ in all', differing_count), ''))
            WHEN 'holds' THEN 'other versions of the report that still stand have the same figures'
            ELSE 'other versions of the report share no figure with it'
        END,
        CASE outcome
            WHEN 'broken' THEN printf('%s为%.0f，而同一报告仍在网上的另一版本（文件%s）为%.0f%s', replace(facts[1], '|total', ''), observed, other_sha256[:12], expected, if(differing_count > 1, printf('；共%d项不同', differing_count), ''))
            WHEN 'holds' THEN '仍在网上的其他版本数据相同'
            ELSE '其他版本没有相同的数据项可比'
        END
    FROM versions
    UNION ALL
    SELECT
        number, 'report.late',
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
JOIN report AS r USING (number)
