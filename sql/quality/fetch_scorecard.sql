-- what: One row a host or folder: what its fetching is judged by; the suite expectations/fetch_manifest.yaml judges it | 每个网站或文件夹一行的抓取评分，由 expectations/fetch_manifest.yaml 判定
-- grain: host
-- column host: Host, or folder of local files | 网站或本地文件夹
-- column address_count: Addresses of documents that were asked for | 请求过的文件地址数
-- column failed_count: Those of them whose latest attempt failed | 其中最近一次请求失败的地址数
-- column failed_rate: Their share; 0 where there are fewer than five | 失败占比；不足五个时为0
-- column empty_count: Addresses that gave no byte | 内容为空的地址数
-- column stale_day_count: Days from the newest document that was found new there to the latest attempt there; 0 for folders | 最近一次出现新文件至最近一次请求的天数
WITH
attempt AS (
    SELECT
        CASE WHEN starts_with(final_address, 'file:') THEN final_address ELSE address END AS address,
        role, sha256, error, byte_count, requested_at
    FROM raw.attempt
    WHERE error IS NULL OR NOT starts_with(error, 'skipped:')
),
latest AS (
    SELECT
        address,
        coalesce(
            nullif(regexp_extract(address, '^https?://([^/?#]+)', 1), ''), regexp_replace(address, '/[^/]*$', '/')
        ) AS host,
        arg_max(coalesce(error, ''), requested_at) AS error,
        arg_max(byte_count, requested_at) AS byte_count,
        max(requested_at) AS requested_at
    FROM attempt
    GROUP BY address
    -- a page may turn out to be a listing after an attempt that failed
    HAVING arg_max(role, requested_at) = 'document'
),
arrival AS (
    SELECT address, sha256, min(requested_at) AS first_at FROM attempt WHERE sha256 IS NOT NULL GROUP BY address, sha256
)
SELECT
    l.host,
    count(DISTINCT l.address) AS address_count,
    count(DISTINCT l.address) FILTER (l.error <> '') AS failed_count,
    CASE WHEN address_count >= 5 THEN failed_count / address_count ELSE 0 END AS failed_rate,
    count(DISTINCT l.address) FILTER (l.error = '' AND l.byte_count = 0) AS empty_count,
    CASE WHEN starts_with(l.host, '/') OR starts_with(l.host, 'file:') THEN 0
        ELSE coalesce(date_diff('day', max(a.first_at), max(l.requested_at)), 0) END AS stale_day_count
FROM latest AS l
LEFT JOIN arrival AS a ON a.address = l.address
GROUP BY l.host
