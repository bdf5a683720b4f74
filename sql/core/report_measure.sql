-- what: What every version of every report gives for each measure: the numbers that roll-ups add | 每份报告（各版本）每个可比指标的数值，供汇总相加
-- grain: document_number, measure
-- column document_number: Document, as in core.report_version | 原件序号
-- column measure: Measure | 可比指标
-- column numerator: Its value, or for a rate the numerator; null where a figure it needs is not reported: part of
--   a sum is not the sum | 数值；比率为分子；所需数据不全时为空
-- column denominator: Denominator of a rate; null for everything else | 比率的分母；其他为空
-- column is_complete: Every figure it needs is reported | 所需数据是否齐全
-- column is_comparable: Counted by the definition that holds for reports of that year | 口径是否与当年一致
-- column quality: How its era's figures compare with those of the latest form | 与最新模板的可比程度
-- column inexact_count: Figures in it that are printed as "at least" or "about" | 其中“至少”“约”的数据项数
WITH
bridge AS (
    SELECT era, measure, indicator, applicant, quality, count(*) OVER (PARTITION BY era, measure) AS needed_count
    FROM ref.measure_indicator
),
-- a break in definition holds for the years of the forms that have it
definition AS (
    SELECT era.from_year, coalesce(era.to_year, 9999) AS to_year, bridge.measure, any_value(bridge.quality) AS quality
    FROM bridge
    JOIN ref.era AS era USING (era)
    GROUP BY ALL
),
-- facts are joined by one column at a time, which a dictionary-encoded column makes cheap, and then by one number:
-- a cell of the form that a report of that year follows
indicator AS (
    SELECT indicator, (row_number() OVER (ORDER BY indicator) * 16)::INTEGER AS indicator_number
    FROM (SELECT DISTINCT indicator FROM bridge)
),
applicant AS (
    SELECT applicant, (row_number() OVER (ORDER BY applicant))::INTEGER AS applicant_number
    FROM (SELECT DISTINCT applicant FROM bridge)
),
form AS (
    SELECT form_era, report_year, (row_number() OVER (ORDER BY form_era, report_year) * 16384)::INTEGER AS form_number
    FROM (SELECT DISTINCT form_era, report_year FROM core.report_version WHERE form_era IS NOT NULL)
),
cell AS (
    SELECT
        form.form_number + indicator.indicator_number + applicant.applicant_number AS cell_number,
        bridge.measure,
        bridge.quality,
        bridge.needed_count,
        coalesce((bridge.quality = 'break') = (definition.quality = 'break'), TRUE) AS is_comparable
    FROM bridge
    JOIN form ON form.form_era = bridge.era
    JOIN indicator USING (indicator)
    JOIN applicant USING (applicant)
    LEFT JOIN definition
        ON definition.measure = bridge.measure AND form.report_year BETWEEN definition.from_year AND definition.to_year
),
version AS (
    SELECT v.sha256, v.document_number, form.form_number
    FROM core.report_version AS v
    JOIN form ON form.form_era = v.form_era AND form.report_year IS NOT DISTINCT FROM v.report_year
),
figure AS (
    SELECT
        v.document_number,
        cell.measure,
        cell.quality,
        cell.needed_count,
        cell.is_comparable,
        coalesce(c.corrected, f.value) AS value,
        (c.sha256 IS NULL AND f.qualifier <> 'exact')::UTINYINT AS inexact_count
    FROM raw.fact AS f
    JOIN indicator AS i ON i.indicator = f.indicator
    JOIN applicant AS a ON a.applicant = f.applicant
    JOIN version AS v ON v.sha256 = f.sha256
    JOIN cell ON cell.cell_number = v.form_number + i.indicator_number + a.applicant_number
    LEFT JOIN core.correction AS c
        ON c.sha256 = f.sha256 AND c.indicator = f.indicator AND c.applicant = f.applicant
        AND c.status = 'applied'
),
base AS (
    SELECT
        document_number, measure,
        round(value, 6) AS numerator,
        value IS NOT NULL AS is_complete,
        is_comparable, quality, inexact_count
    FROM figure
    WHERE needed_count = 1
    UNION ALL
    SELECT
        document_number, measure,
        CASE WHEN count(value) = any_value(needed_count) THEN round(sum(value), 6) END,
        count(value) = any_value(needed_count),
        any_value(is_comparable),
        any_value(quality),
        sum(inexact_count)::UTINYINT
    FROM figure
    WHERE needed_count > 1
    GROUP BY document_number, measure
),
term AS (
    SELECT *, count(*) OVER (PARTITION BY measure) AS needed_count FROM ref.measure_term
),
derived AS (
    SELECT
        base.document_number,
        term.measure,
        count(base.numerator) = any_value(term.needed_count) AS is_complete,
        sum(CASE WHEN term.side = 'numerator' THEN term.sign * base.numerator END) AS numerator,
        sum(CASE WHEN term.side = 'denominator' THEN term.sign * base.numerator END) AS denominator,
        bool_and(base.is_comparable) AS is_comparable,
        max(base.quality) AS quality,
        sum(base.inexact_count)::UTINYINT AS inexact_count
    FROM base
    JOIN term ON term.operand = base.measure
    GROUP BY base.document_number, term.measure
)
SELECT document_number, measure, numerator, NULL::DOUBLE AS denominator, is_complete, is_comparable, quality, inexact_count
FROM base
UNION ALL
SELECT
    document_number, measure,
    CASE WHEN is_complete THEN round(numerator, 6) END,
    CASE WHEN is_complete THEN round(denominator, 6) END,
    is_complete, is_comparable, quality, inexact_count
FROM derived
