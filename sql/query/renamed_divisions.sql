-- question: How do prefectures and counties go on that were renamed, upgraded or moved? | 更名、升格、划转的地、县，前后数据如何衔接？
-- A row a year, under the code and name of that year; latest_code holds the years together.
WITH RECURSIVE
followed AS (
    SELECT division_code, successor_code FROM ref.division_successor WHERE relation = 'same'
    UNION
    SELECT f.division_code, s.successor_code
    FROM followed AS f
    JOIN ref.division_successor AS s ON s.division_code = f.successor_code AND s.relation = 'same'
),
latest AS (
    SELECT f.division_code, f.successor_code AS latest_code
    FROM followed AS f
    ANTI JOIN followed AS next ON next.division_code = f.successor_code
),
lineage AS (
    SELECT division_code, latest_code FROM latest
    UNION
    SELECT latest_code, latest_code FROM latest
)
SELECT
    l.latest_code,
    d.division_code,
    d.division_name,
    d.report_year,
    d.value AS requests_received,
    d.basis,
    d.report_count
FROM mart.division_measure AS d
JOIN lineage AS l ON l.division_code = d.division_code
WHERE d.measure = 'requests_received'
ORDER BY l.latest_code, d.report_year, d.division_code
