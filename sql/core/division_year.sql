-- what: The tree of divisions of every year that reports are of | 各报告年度的行政区划树
-- grain: report_year, division_code
-- column place_number: Number of the division and year within this build, for joins | 本次构建中区划与年度的序号（用于关联）
-- column report_year: Report year | 报告年度
-- column division_code: Division, GB/T 2260 | 区划代码
-- column division_name: Its name in that year | 当年名称
-- column level: 1 province, 2 prefecture, 3 county | 层级：1省级 2地级 3县级
-- column parent_code: Division it belongs to; null for a province. A county without a prefecture belongs to the
--   province | 上级区划代码；省级为空；无地级的县直属省级
-- column prefecture_code: Prefecture it is or lies in; null where there is none | 所属地级代码；没有则为空
-- column province_code: Province it is or lies in | 所属省级代码
-- column full_name: Its name with those above it | 含上级的全称
-- column is_next_year: It stands only from the year after, when the reports of this year are published | 次年才设立（报告于次年发布）
WITH
year AS (
    SELECT DISTINCT report_year FROM core.reading WHERE report_year BETWEEN 1990 AND 2100
),
live AS (
    SELECT
        year.report_year, d.division_code, d.division_name, d.level, d.parent_code,
        d.from_year > greatest(year.report_year, 2008) AS is_next_year
    FROM year
    JOIN ref.division AS d
        ON d.from_year <= greatest(year.report_year, 2008) + 1
        AND coalesce(d.to_year, 9999) >= greatest(year.report_year, 2008)
    QUALIFY row_number() OVER (PARTITION BY year.report_year, d.division_code ORDER BY d.from_year) = 1
)
SELECT
    row_number() OVER (ORDER BY live.report_year, live.division_code)::INTEGER AS place_number,
    live.report_year,
    live.division_code,
    live.division_name,
    live.level,
    CASE WHEN live.level > 1 THEN coalesce(parent.division_code, province.division_code) END AS parent_code,
    CASE WHEN live.level = 2 THEN live.division_code WHEN parent.level = 2 THEN parent.division_code END
        AS prefecture_code,
    province.division_code AS province_code,
    CASE WHEN live.level > 1 THEN province.division_name || ' ' ELSE '' END
        || CASE WHEN parent.level = 2 THEN parent.division_name || ' ' ELSE '' END
        || live.division_name AS full_name,
    live.is_next_year
FROM live
LEFT JOIN live AS parent
    ON parent.report_year = live.report_year
    AND parent.division_code = live.parent_code
    AND parent.level = live.level - 1
JOIN live AS province
    ON province.report_year = live.report_year
    AND province.division_code = live.division_code[1:2] || '0000'
