-- what: Every province and year: what was found, what was accepted and how good it is | 各省每年度：已知、已获取、采用、隔离情况及质量
-- grain: province_code, report_year
-- column province_code: Province | 省级代码
-- column province_name: Its name in that year | 当年名称
-- column report_year: Report year | 报告年度
-- column division_count: Prefectures and counties in that year | 当年地、县级区划数
-- column division_covered_count: Those of them with an accepted report | 其中有采用报告的区划数
-- column division_coverage_rate: Their share | 其占比
-- column agency_count: Agencies known, whatever the year | 已知机关数（不限年度）
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
        province_code, report_year,
        count(*) AS report_count,
        count(DISTINCT rollup_code) FILTER (WHERE rollup_code <> province_code) AS division_covered_count,
        count(*) FILTER (WHERE role = 'territory_total') AS territory_total_count,
        sum(warning_count) AS warning_count,
        count(*) FILTER (WHERE warning_count = 0) AS clean_count,
        sum(fact_count) AS fact_count,
        sum(blank_count) AS blank_count,
        count(*) FILTER (WHERE is_on_time) AS on_time_count,
        count(is_on_time) AS dated_count
    FROM core.report
    GROUP BY province_code, report_year
),
division AS (
    SELECT
        province_code, report_year,
        count(*) FILTER (WHERE level > 1 AND NOT is_next_year) AS division_count,
        any_value(division_name) FILTER (WHERE level = 1) AS province_name
    FROM core.division_year
    GROUP BY province_code, report_year
),
agency AS (
    SELECT t.province_code, t.report_year, count(*) AS agency_count
    FROM core.agency AS a
    JOIN core.division_year AS t USING (division_code)
    GROUP BY t.province_code, t.report_year
)
SELECT
    version.province_code,
    division.province_name,
    version.report_year,
    coalesce(division.division_count, 0) AS division_count,
    coalesce(report.division_covered_count, 0) AS division_covered_count,
    report.division_covered_count / nullif(division.division_count, 0) AS division_coverage_rate,
    coalesce(agency.agency_count, 0) AS agency_count,
    version.document_count,
    coalesce(report.report_count, 0) AS report_count,
    least(report.report_count / nullif(agency.agency_count, 0), 1) AS agency_coverage_rate,
    coalesce(report.territory_total_count, 0) AS territory_total_count,
    version.mirror_count,
    version.superseded_count,
    version.quarantined_count,
    coalesce(report.warning_count, 0)::BIGINT AS warning_count,
    report.clean_count / nullif(report.report_count, 0) AS clean_report_rate,
    report.blank_count / nullif(report.fact_count, 0) AS blank_rate,
    report.on_time_count / nullif(report.dated_count, 0) AS on_time_rate
FROM version
LEFT JOIN report USING (province_code, report_year)
LEFT JOIN division USING (province_code, report_year)
LEFT JOIN agency USING (province_code, report_year)
