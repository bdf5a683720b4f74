-- what: Every province and year that sources were asked for or documents are of: what was found, what could not be
--   fetched, what was accepted and how good it is | 各省每年度：已知、已获取、未能抓取、采用、隔离情况及质量
-- grain: province_code, report_year
-- column province_code: Province | 省级代码
-- column province_name: Its name in that year | 当年名称
-- column report_year: Report year | 报告年度
-- column division_count: Prefectures and counties in that year | 当年地、县级区划数
-- column division_covered_count: Those of them with an accepted report | 其中有采用报告的区划数
-- column division_coverage_rate: Their share | 其占比
-- column agency_count: Agencies known, whatever the year | 已知机关数（不限年度）
-- column fetch_state: fetched; partly_fetched (reports were found, and something could not be fetched);
--   not_fetched (none was found, as something could not be fetched: a host was down or forbade it, and is asked
--   again); missing (none was found, though all that was asked answered) | 抓取状态：fetched已抓取、partly_fetched部分未能抓取、not_fetched未能抓取（将重试）、missing缺失
-- column not_fetched_count: Addresses that could not be fetched: of reports of the year, and listings that may lead
--   to some; see core.unfetched | 未能抓取的网址数（该年度报告及可能列有其报告的列表页），见 core.unfetched
-- column document_count: Annual reports found, mirrors and revisions included | 获取的年度报告文件数（含镜像与修订）
-- column report_count: Reports accepted: one an agency | 采用的报告数（每机关一份）
-- column agency_coverage_rate: Agencies with an accepted report, of those known | 有采用报告的机关占已知机关比例
-- column territory_total_count: Accepted reports that are a government's total of its territory | 采用的政府汇总报告数
-- column mirror_count: Documents that repeat an accepted report | 镜像文件数
-- column superseded_count: Documents that an accepted version has replaced | 被取代的文件数
-- column quarantined_count: Documents kept out | 隔离文件数
-- column warning_count: Findings of severity warning in accepted reports | 采用报告中的警告数
-- column clean_report_rate: Accepted reports without such a finding | 无警告的采用报告占比
-- column blank_rate: Figures left blank, of those in accepted reports | 采用报告中空白数据项占比
-- column on_time_rate: Published in time, of accepted reports with a date | 按期发布的占比（有日期的采用报告）
WITH
version AS (
    SELECT
        province_code, report_year,
        count(*) AS document_count,
        count(*) FILTER (WHERE status = 'mirror') AS mirror_count,
        count(*) FILTER (WHERE status = 'superseded') AS superseded_count,
        count(*) FILTER (WHERE status = 'quarantined') AS quarantined_count
    FROM core.report_version
    WHERE province_code IS NOT NULL AND report_year IS NOT NULL
    GROUP BY province_code, report_year
),
report AS (
    SELECT
        v.province_code, v.report_year,
        count(*) AS report_count,
        count(DISTINCT v.rollup_code) FILTER (WHERE v.rollup_code <> v.province_code) AS division_covered_count,
        count(*) FILTER (WHERE role = 'territory_total') AS territory_total_count,
        sum(warning_count) AS warning_count,
        count(*) FILTER (WHERE warning_count = 0) AS clean_count,
        sum(fact_count) AS fact_count,
        sum(blank_count) AS blank_count,
        count(*) FILTER (WHERE is_on_time) AS on_time_count,
        count(is_on_time) AS dated_count
    FROM core.report_version AS v
    JOIN core.reading AS r USING (document_number)
    WHERE v.status = 'canonical'
    GROUP BY v.province_code, v.report_year
),
division AS (
    SELECT
        province_code, report_year,
        count(*) FILTER (WHERE level > 1 AND NOT is_next_year) AS division_count,
        any_value(division_name) FILTER (WHERE level = 1) AS province_name
    FROM core.division_year
    GROUP BY province_code, report_year
),
-- the last day on which anything was asked for, not the day of the build: the same input gives the same rows
clock AS (
    SELECT greatest(
        (SELECT coalesce(max(requested_at)::DATE, DATE '1970-01-01') FROM raw.attempt),
        (SELECT coalesce(max(asked_on), DATE '1970-01-01') FROM raw.asked)
    ) AS today
),
-- the years whose reports were due: governments publish until 31 March
due AS (
    SELECT unnest(range(2008, year(today - INTERVAL 3 MONTH)))::INTEGER AS report_year FROM clock
),
unfetched AS (
    SELECT province_code, report_year, address
    FROM core.unfetched
    WHERE province_code IS NOT NULL AND report_year IS NOT NULL AND (is_listing OR NOT has_original)
    UNION ALL
    -- what a listing may have listed since it was last read
    SELECT u.province_code, due.report_year, u.address
    FROM core.unfetched AS u
    JOIN due ON due.report_year >= coalesce(year(u.fetched_at), 0)
    WHERE u.province_code IS NOT NULL AND u.report_year IS NULL AND (u.is_listing OR NOT u.has_original)
),
not_fetched AS (
    SELECT province_code, report_year, count(DISTINCT address) AS not_fetched_count FROM unfetched GROUP BY ALL
),
-- the province-years for which a source of the catalogue was asked
asked AS (
    SELECT DISTINCT s.division_code[1:2] || '0000' AS province_code, y.report_year
    FROM raw.asked AS a
    JOIN raw.source AS s USING (source_name)
    JOIN due AS y ON coalesce(a.report_year, y.report_year) = y.report_year AND year(a.asked_on) > y.report_year
    WHERE s.division_code IS NOT NULL
),
subject AS (
    SELECT province_code, report_year FROM version
    UNION
    SELECT province_code, report_year FROM not_fetched
    UNION
    SELECT province_code, report_year FROM asked
),
-- of years of which there is no document
tree AS (
    SELECT
        subject.province_code, subject.report_year,
        count(DISTINCT d.division_code) FILTER (WHERE d.level > 1) AS division_count,
        any_value(d.division_name) FILTER (WHERE d.level = 1) AS province_name
    FROM subject
    JOIN ref.division AS d
        ON d.division_code[1:2] = subject.province_code[1:2]
        AND subject.report_year BETWEEN d.from_year AND coalesce(d.to_year, 9999)
    ANTI JOIN version USING (province_code, report_year)
    GROUP BY ALL
),
agency AS (
    SELECT t.province_code, t.report_year, count(*) AS agency_count
    FROM ref.agency AS a
    JOIN core.division_year AS t USING (division_code)
    GROUP BY t.province_code, t.report_year
)
SELECT
    subject.province_code,
    coalesce(division.province_name, tree.province_name) AS province_name,
    subject.report_year,
    CASE
        WHEN version.document_count > 0 AND not_fetched.not_fetched_count > 0 THEN 'partly_fetched'
        WHEN version.document_count > 0 THEN 'fetched'
        WHEN not_fetched.not_fetched_count > 0 THEN 'not_fetched'
        ELSE 'missing'
    END AS fetch_state,
    coalesce(not_fetched.not_fetched_count, 0) AS not_fetched_count,
    coalesce(division.division_count, tree.division_count, 0) AS division_count,
    coalesce(report.division_covered_count, 0) AS division_covered_count,
    coalesce(report.division_covered_count, CASE WHEN version.province_code IS NULL THEN 0 END)
        / nullif(coalesce(division.division_count, tree.division_count), 0) AS division_coverage_rate,
    coalesce(agency.agency_count, 0) AS agency_count,
    coalesce(version.document_count, 0) AS document_count,
    coalesce(report.report_count, 0) AS report_count,
    least(report.report_count / nullif(agency.agency_count, 0), 1) AS agency_coverage_rate,
    coalesce(report.territory_total_count, 0) AS territory_total_count,
    coalesce(version.mirror_count, 0) AS mirror_count,
    coalesce(version.superseded_count, 0) AS superseded_count,
    coalesce(version.quarantined_count, 0) AS quarantined_count,
    coalesce(report.warning_count, 0)::BIGINT AS warning_count,
    report.clean_count / nullif(report.report_count, 0) AS clean_report_rate,
    report.blank_count / nullif(report.fact_count, 0) AS blank_rate,
    report.on_time_count / nullif(report.dated_count, 0) AS on_time_rate
FROM subject
LEFT JOIN version USING (province_code, report_year)
LEFT JOIN not_fetched USING (province_code, report_year)
LEFT JOIN tree USING (province_code, report_year)
LEFT JOIN report USING (province_code, report_year)
LEFT JOIN division USING (province_code, report_year)
LEFT JOIN agency USING (province_code, report_year)
