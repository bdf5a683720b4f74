-- what: One row a province and year between the first and the last year with reports: what its coverage and quality are judged by; the suite expectations/province_coverage.yaml judges it | 各省每年度一行的覆盖与质量评分，由 expectations/province_coverage.yaml 判定
-- grain: province_code, report_year
-- column subject: The province's code and the year, as alerts name them | 告警对象：省级代码与年度
-- column province_code: Province | 省级代码
-- column report_year: Report year | 报告年度
-- column is_due: Every report of the year was due when documents were last fetched | 最近抓取时该年度报告均已到期
-- column before_count: Agencies with an accepted report of the year before whose source was asked for this one |
--   上年度有采用报告、且其来源已按本年度采集的机关数
-- column kept_count: Those of them with one of this year too | 其中本年度也有采用报告的机关数
-- column lost_rate: Share of them without one; 0 where it cannot be assessed and where there is no report at all | 缺失占比；无法评估或全无报告时为0
-- column is_assessable: The year was due when its sources were last asked, and they gave reports of at least five agencies for the year before
--   | 是否可评估（到期后来源已被采集，且上年度至少五个机关）
-- column is_absent: No report of the year, though it can be assessed | 可评估而全无报告
-- column document_count: Annual reports found | 获取的年度报告文件数
-- column quarantined_rate: Share of them kept out; 0 where there are fewer than ten | 隔离占比；不足十份时为0
-- column flagged_rate: Share of accepted reports with a warning; 0 where there are fewer than ten | 有警告的报告占比；不足十份时为0
-- column blank_rate: Figures left blank, of those in accepted reports | 空白数据项占比
-- column late_rate: Share of dated reports that came late; 0 where there are fewer than ten | 逾期占比；不足十份时为0
WITH
report AS (
    SELECT
        r.province_code, r.report_year, r.warning_count, r.fact_count, r.blank_count, r.is_on_time,
        s.series, coalesce(d.source_name, '') AS source_name
    FROM core.report AS r
    JOIN quality.series AS s USING (report_id)
    JOIN core.document AS d ON d.document_number = r.document_number
),
span AS (
    SELECT min(report_year) AS first_year, max(report_year) AS last_year FROM report
),
-- the day that counts is that of the latest asking, not the day of the build
clock AS (
    SELECT greatest(
        (SELECT coalesce(max(requested_at)::DATE, DATE '1970-01-01') FROM raw.attempt),
        (SELECT coalesce(max(asked_on), DATE '1970-01-01') FROM raw.asked)
    ) AS today
),
grid AS (
    SELECT p.province_code, y.report_year
    FROM (SELECT DISTINCT province_code FROM report) AS p
    CROSS JOIN (
        SELECT unnest(range(first_year, last_year + 2))::INTEGER AS report_year FROM span
    ) AS y
    CROSS JOIN clock
    CROSS JOIN span
    -- the year after the last one only when its reports were due
    WHERE y.report_year <= span.last_year OR clock.today >= make_date(y.report_year + 1, 5, 1)
),
-- a source whose own pages all fail was not reached, and fetch.failed says so
entry AS (
    SELECT coalesce(source_name, '') AS source_name, address, arg_max(error IS NOT NULL, requested_at) AS is_failing
    FROM raw.attempt
    WHERE found_on IS NULL
    GROUP BY ALL
),
unreached AS (
    SELECT source_name FROM entry GROUP BY source_name HAVING bool_and(is_failing)
),
-- a run of one source or of one year says nothing of the others: a year is looked for where its source was asked
-- for it when it was due; of a folder, which is not asked, where it holds reports of that year
looked_for AS (
    SELECT DISTINCT a.source_name, year.report_year
    FROM raw.asked AS a
    JOIN (SELECT DISTINCT report_year FROM grid) AS year
        ON coalesce(a.report_year, year.report_year) = year.report_year
        AND a.asked_on >= make_date(year.report_year + 1, 5, 1)
    ANTI JOIN unreached ON unreached.source_name = a.source_name
    UNION
    SELECT coalesce(d.source_name, ''), d.report_year
    FROM core.document AS d
    CROSS JOIN clock
    ANTI JOIN raw.asked AS a ON a.source_name = d.source_name
    WHERE d.kind = 'annual_report' AND clock.today >= make_date(d.report_year + 1, 5, 1)
),
kept AS (
    SELECT b.province_code, l.report_year, count(DISTINCT b.series) AS before_count, count(DISTINCT n.series) AS kept_count
    FROM report AS b
    JOIN looked_for AS l ON l.source_name = b.source_name AND l.report_year = b.report_year + 1
    LEFT JOIN report AS n ON n.series = b.series AND n.report_year = b.report_year + 1
    GROUP BY b.province_code, l.report_year
),
here AS (
    SELECT
        province_code, report_year,
        count(*) AS report_count,
        count(*) FILTER (warning_count > 0) AS flagged_count,
        sum(blank_count) / nullif(sum(fact_count), 0) AS blank_rate,
        count(*) FILTER (NOT is_on_time) AS late_count,
        count(is_on_time) AS dated_count
    FROM report
    GROUP BY province_code, report_year
),
version AS (
    SELECT province_code, report_year, count(*) AS document_count, count(*) FILTER (status = 'quarantined') AS quarantined_count
    FROM core.report_version
    GROUP BY province_code, report_year
)
SELECT
    g.province_code || ' ' || g.report_year AS subject,
    g.province_code,
    g.report_year,
    clock.today >= make_date(g.report_year + 1, 5, 1) AS is_due,
    coalesce(k.before_count, 0) AS before_count,
    coalesce(k.kept_count, 0) AS kept_count,
    CASE WHEN k.before_count >= 5 AND h.report_count > 0 THEN 1 - k.kept_count / k.before_count ELSE 0 END AS lost_rate,
    coalesce(k.before_count >= 5, FALSE) AS is_assessable,
    is_assessable AND h.report_count IS NULL AS is_absent,
    coalesce(v.document_count, 0) AS document_count,
    CASE WHEN v.document_count >= 10 THEN v.quarantined_count / v.document_count ELSE 0 END AS quarantined_rate,
    CASE WHEN h.report_count >= 10 THEN h.flagged_count / h.report_count ELSE 0 END AS flagged_rate,
    coalesce(h.blank_rate, 0) AS blank_rate,
    CASE WHEN h.dated_count >= 10 THEN h.late_count / h.dated_count ELSE 0 END AS late_rate
FROM grid AS g
CROSS JOIN clock
LEFT JOIN kept AS k USING (province_code, report_year)
LEFT JOIN here AS h USING (province_code, report_year)
LEFT JOIN version AS v USING (province_code, report_year)
