-- what: The tables of this warehouse against those of the one published before: whole, and by province; the suite expectations/publication.yaml judges it before this one takes its place | 本次数据仓库与上一版各表的行数对比（总计及分省），发布前由 expectations/publication.yaml 判定
-- grain: table_name, province_code
-- column subject: The table, and the province where the row is of one | 数据表（及省份）
-- column table_name: Table | 数据表
-- column province_code: Province; empty for the whole table | 省级代码；整表为空字符串
-- column row_count: Rows now | 当前行数
-- column published_count: Rows in the warehouse published before; null where there is none | 上一版行数；没有则为空
-- column lost_rate: Share of the rows that is lost; 0 where there was none before | 行数减少的比例；上一版没有时为0
-- column is_shrunk: More than a third of the rows of the whole table, and at least five, are lost | 整表行数减少超过三分之一且不少于五行
-- column is_province_lost: A province that was there has no row left | 某省数据全部消失
-- column is_assessable: There is a published warehouse that has the table | 是否有上一版可比
WITH
counted AS (
    SELECT 'core.report' AS table_name, coalesce(province_code, '') AS province_code, count(*) AS row_count FROM core.report GROUP BY ALL
    UNION ALL
    SELECT 'core.fact' AS table_name, '' AS province_code, count(*) AS row_count FROM core.fact
    UNION ALL
    SELECT 'mart.province_measure' AS table_name, coalesce(province_code, '') AS province_code, count(*) AS row_count FROM mart.province_measure GROUP BY ALL
    UNION ALL
    SELECT 'mart.province_year' AS table_name, coalesce(province_code, '') AS province_code, count(*) AS row_count FROM mart.province_year GROUP BY ALL
    UNION ALL
    SELECT 'core.cover' AS table_name, coalesce(province_code, '') AS province_code, count(*) AS row_count FROM core.cover GROUP BY ALL
    UNION ALL
    SELECT 'mart.coverage' AS table_name, coalesce(province_code, '') AS province_code, count(*) AS row_count FROM mart.coverage GROUP BY ALL
),
now AS (
    SELECT table_name, province_code, row_count FROM counted WHERE province_code <> ''
    UNION ALL
    SELECT table_name, '', sum(row_count)::BIGINT FROM counted GROUP BY table_name
),
-- a table that did not have rows is there all the same
every AS (
    SELECT table_name, province_code FROM now
    UNION
    SELECT table_name, province_code FROM raw.published
)
SELECT
    trim(e.table_name || ' ' || e.province_code) AS subject,
    e.table_name,
    e.province_code,
    coalesce(now.row_count, 0) AS row_count,
    p.row_count AS published_count,
    CASE WHEN p.row_count > 0 THEN greatest(0, 1 - coalesce(now.row_count, 0) / p.row_count) ELSE 0 END AS lost_rate,
    e.province_code = '' AND lost_rate > 1 / 3 AND p.row_count - coalesce(now.row_count, 0) >= 5 AS is_shrunk,
    e.province_code <> '' AND coalesce(p.row_count, 0) > 0 AND coalesce(now.row_count, 0) = 0 AS is_province_lost,
    p.row_count IS NOT NULL AS is_assessable
FROM every AS e
LEFT JOIN now USING (table_name, province_code)
LEFT JOIN raw.published AS p USING (table_name, province_code)
