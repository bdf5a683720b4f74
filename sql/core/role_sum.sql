-- what: What the reports of one role in one division and year come to, its measures side by side | 各区划年度同一角色报告的合计，各指标并列存放
-- grain: place_number, role
-- kind: view
-- column place_number: Division and year, as in core.division_year | 区划与年度（见core.division_year）
-- column role: How the reports count: territory_total, own_level, single_agency or scope_unknown | 报告在汇总中的角色
-- column numerators: Sum of each measure, or of the numerators of a rate, in the order of ref.measure; null where no report gives it
--   whole and by the definition of its year | 各指标合计（比率为分子合计），按ref.measure顺序；无完整且口径一致的报告者为空
-- column denominators: Sums of the denominators of rates over the same reports; null for everything else | 相同报告的分母合计，仅比率有值
-- column report_counts: Reports added up | 相加的报告数
-- column qualities: The worst comparability of the figures in them | 其中最差的可比程度
-- column inexact_counts: Figures in them that are printed as "at least" or "about"; null where there are none at all | 其中“至少”“约”的数据项数；全无则为空
WITH
-- a hundred sums in one row cost a tenth of a hundred rows with one
by_era AS (
    SELECT
        l.place_number, l.role, l.form_era, any_value(l.report_year) AS report_year,
        numerator_sums_2008(l.figures) AS numerators,
        denominator_sums_2008(l.figures) AS denominators,
        measure_counts_2008(l.figures) AS report_counts
    FROM core.figure_list AS l
    WHERE l.form_era = '2008' AND l.place_number IS NOT NULL
    GROUP BY l.place_number, l.role, l.form_era
    UNION ALL
    SELECT
        l.place_number, l.role, l.form_era, any_value(l.report_year) AS report_year,
        numerator_sums_2014(l.figures) AS numerators,
        denominator_sums_2014(l.figures) AS denominators,
        measure_counts_2014(l.figures) AS report_counts
    FROM core.figure_list AS l
    WHERE l.form_era = '2014' AND l.place_number IS NOT NULL
    GROUP BY l.place_number, l.role, l.form_era
    UNION ALL
    SELECT
        l.place_number, l.role, l.form_era, any_value(l.report_year) AS report_year,
        numerator_sums_2019(l.figures) AS numerators,
        denominator_sums_2019(l.figures) AS denominators,
        measure_counts_2019(l.figures) AS report_counts
    FROM core.figure_list AS l
    WHERE l.form_era = '2019' AND l.place_number IS NOT NULL
    GROUP BY l.place_number, l.role, l.form_era
    UNION ALL
    SELECT
        l.place_number, l.role, l.form_era, any_value(l.report_year) AS report_year,
        numerator_sums_2021(l.figures) AS numerators,
        denominator_sums_2021(l.figures) AS denominators,
        measure_counts_2021(l.figures) AS report_counts
    FROM core.figure_list AS l
    WHERE l.form_era = '2021' AND l.place_number IS NOT NULL
    GROUP BY l.place_number, l.role, l.form_era
),
-- by the definition of the year alone
definition AS (
    SELECT
        year.form_era,
        year.report_year,
        list(CASE WHEN NOT coalesce(list_contains(e.other_years, year.report_year), FALSE) THEN e.quality END ORDER BY m.measure) AS qualities,
        bool_or(list_contains(e.other_years, year.report_year)) AS is_other
    FROM (SELECT DISTINCT form_era, report_year FROM by_era) AS year
    CROSS JOIN ref.measure AS m
    LEFT JOIN core.era_measure AS e ON e.form_era = year.form_era AND e.measure = m.measure
    GROUP BY year.form_era, year.report_year
),
comparable AS (
    SELECT
        b.place_number,
        b.role,
        d.is_other,
        CASE WHEN d.is_other THEN list_transform(b.numerators, lambda one, nth: CASE WHEN d.qualities[nth] IS NOT NULL THEN one END) ELSE b.numerators END AS numerators,
        CASE WHEN d.is_other THEN list_transform(b.denominators, lambda one, nth: CASE WHEN d.qualities[nth] IS NOT NULL THEN one END) ELSE b.denominators END AS denominators,
        CASE WHEN d.is_other THEN list_transform(b.report_counts, lambda one, nth: CASE WHEN d.qualities[nth] IS NOT NULL THEN one ELSE 0 END) ELSE b.report_counts END AS report_counts,
        list_transform(d.qualities, lambda one, nth: CASE WHEN b.report_counts[nth] > 0 THEN one END) AS qualities
    FROM by_era AS b
    JOIN definition AS d ON d.form_era = b.form_era AND d.report_year = b.report_year
),
-- most places have reports of one era
several AS (
    SELECT place_number, role FROM by_era GROUP BY place_number, role HAVING count(*) > 1
),
summed AS (
    SELECT place_number, role, numerators, denominators, report_counts::INTEGER[] AS report_counts, qualities
    FROM comparable
    ANTI JOIN several USING (place_number, role)
    UNION ALL
    SELECT
        place_number,
        role,
        list_sums(numerators) AS numerators,
        list_sums(denominators) AS denominators,
        list_sums(report_counts)::INTEGER[] AS report_counts,
        list_maxima(qualities) AS qualities
    FROM comparable
    SEMI JOIN several USING (place_number, role)
    GROUP BY place_number, role
),
-- few reports print such figures
inexact_report AS (
    SELECT
        l.place_number, l.role, l.form_era, l.report_year, l.inexact_places,
        measure_numerators(l.form_era, l.figures) AS numerators
    FROM core.figure_list AS l
    WHERE l.inexact_places IS NOT NULL AND l.place_number IS NOT NULL
),
inexact_cell AS (
    SELECT * EXCLUDE (inexact_places), unnest(inexact_places) AS cell_place FROM inexact_report
),
fed AS (
    SELECT form_era, measure, measure_place, other_years, unnest(cell_places) AS cell_place FROM core.era_measure
),
inexact AS (
    SELECT c.place_number, c.role, m.measure, count(*)::INTEGER AS inexact_count
    FROM inexact_cell AS c
    JOIN fed AS m ON m.form_era = c.form_era AND m.cell_place = c.cell_place
    WHERE c.numerators[m.measure_place] IS NOT NULL
        AND NOT coalesce(list_contains(m.other_years, c.report_year), FALSE)
    GROUP BY c.place_number, c.role, m.measure
),
inexact_list AS (
    SELECT i.place_number, i.role, list(coalesce(inexact.inexact_count, 0) ORDER BY m.measure) AS inexact_counts
    FROM (SELECT DISTINCT place_number, role FROM inexact) AS i
    CROSS JOIN ref.measure AS m
    LEFT JOIN inexact ON inexact.place_number = i.place_number AND inexact.role = i.role AND inexact.measure = m.measure
    GROUP BY i.place_number, i.role
)
SELECT
    summed.place_number,
    summed.role,
    summed.numerators,
    summed.denominators,
    summed.report_counts,
    summed.qualities,
    i.inexact_counts
FROM summed
LEFT JOIN inexact_list AS i ON i.place_number = summed.place_number AND i.role = summed.role
