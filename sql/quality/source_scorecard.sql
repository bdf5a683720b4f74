-- what: One row a source of the catalogue and each of the last three years whose reports were due when it was asked for
--   them: whether it brings in what is expected of it; sources whose own pages all failed are left out, as fetch.failed
--   tells of them; the suite expectations/source_yield.yaml judges it | 目录中每个来源最近三个到期年度各一行的产出评分，由 expectations/source_yield.yaml 判定
-- grain: source_name, report_year
-- column subject: The source and the year, as alerts name them | 告警对象：来源与年度
-- column source_name: Source, the name of its file in flows/sources | 来源名称（flows/sources 中的文件名）
-- column report_year: Report year | 报告年度
-- column expected_report_count: Reports that it brings in a year at least, by its file | 来源文件所载每年至少应有的报告数
-- column report_count: Reports of the year found through it, accepted or not | 通过该来源找到的该年度报告数（含未采用）
-- column not_fetched_count: Addresses of it that could not be fetched, whatever the year | 该来源未能抓取的网址数（不限年度）
-- column yield_rate: Reports found, of those expected; at most 1 | 实得与应得报告数之比，最大为1
WITH
entry AS (
    SELECT source_name, address, arg_max(error IS NULL, requested_at) AS is_answered
    FROM raw.attempt
    WHERE found_on IS NULL
    GROUP BY source_name, address
),
reached AS (
    SELECT source_name FROM entry GROUP BY source_name HAVING bool_or(is_answered)
),
asked AS (
    SELECT DISTINCT s.source_name, s.expected_report_count, year.report_year
    FROM raw.source AS s
    JOIN raw.asked AS a USING (source_name)
    JOIN reached USING (source_name)
    JOIN (SELECT unnest(range(2008, 2101))::INTEGER AS report_year) AS year
        ON coalesce(a.report_year, year.report_year) = year.report_year
        AND a.asked_on >= make_date(year.report_year + 1, 5, 1)
    WHERE s.expected_report_count IS NOT NULL
),
judged AS (
    SELECT * FROM asked
    QUALIFY row_number() OVER (PARTITION BY source_name ORDER BY report_year DESC) <= 3
),
found AS (
    SELECT d.source_name, v.report_year, count(DISTINCT coalesce(v.report_id, v.document_number::VARCHAR)) AS report_count
    FROM core.report_version AS v
    JOIN core.document AS d USING (document_number)
    GROUP BY ALL
),
unfetched AS (
    SELECT source_name, count(*) AS not_fetched_count FROM core.unfetched GROUP BY source_name
)
SELECT
    judged.source_name || ' ' || judged.report_year AS subject,
    judged.source_name,
    judged.report_year,
    judged.expected_report_count,
    coalesce(found.report_count, 0) AS report_count,
    coalesce(unfetched.not_fetched_count, 0) AS not_fetched_count,
    least(1, coalesce(found.report_count, 0) / judged.expected_report_count) AS yield_rate
FROM judged
LEFT JOIN found USING (source_name, report_year)
LEFT JOIN unfetched USING (source_name)
