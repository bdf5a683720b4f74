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
-- most figures feed no measure: without this step documents would be joined to all of them
fact AS (
    SELECT
        f.sha256, f.indicator, f.applicant,
        coalesce(c.corrected, f.value) AS value,
        CASE WHEN c.sha256 IS NULL THEN f.qualifier ELSE 'exact' END AS qualifier
    FROM raw.fact AS f
    SEMI JOIN bridge ON bridge.indicator = f.indicator AND bridge.applicant = f.applicant
    LEFT JOIN core.correction AS c
        ON c.sha256 = f.sha256 AND c.indicator = f.indicator AND c.applicant = f.applicant
        AND c.status = 'applied'
),
figure AS (
    SELECT
        v.document_number, b.measure, v.report_year,
        any_value(b.quality) AS quality,
        sum(f.value) AS value,
        count(f.value) = any_value(b.needed_count) AS is_complete,
        count(*) FILTER (WHERE f.qualifier <> 'exact')::UTINYINT AS inexact_count
    FROM fact AS f
    JOIN core.report_version AS v USING (sha256)
    JOIN bridge AS b ON b.era = v.form_era AND b.indicator = f.indicator AND b.applicant = f.applicant
    GROUP BY v.document_number, b.measure, v.report_year
),
base AS (
    SELECT
        figure.document_number,
        figure.measure,
        CASE WHEN figure.is_complete THEN round(figure.value, 6) END AS numerator,
        figure.is_complete,
        coalesce((figure.quality = 'break') = (definition.quality = 'break'), TRUE) AS is_comparable,
        figure.quality,
        figure.inexact_count
    FROM figure
    LEFT JOIN definition
        ON definition.measure = figure.measure
        AND figure.report_year BETWEEN definition.from_year AND definition.to_year
),
term AS (
    SELECT *, count(*) OVER (PARTITION BY measure) AS needed_count FROM ref.measure_term
),
derived AS (
    SELECT
        base.document_number,
        term.measure,
        count(base.numerator) = any_value(term.needed_count) AS is_complete,
        sum(term.sign * base.numerator) FILTER (WHERE term.side = 'numerator') AS numerator,
        sum(term.sign * base.numerator) FILTER (WHERE term.side = 'denominator') AS denominator,
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
