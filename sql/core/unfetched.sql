-- what: Addresses that a source leads to and that could not be fetched the last time, because the host was down,
--   forbade it or gave no document: not missing, and asked for again | 来源指向但最近一次未能抓取的网址（网站不可达、禁止抓取或未返回文件），并非缺失，之后会重试
-- grain: address
-- column address: Address | 网址
-- column host: Its host | 网站
-- column source_name: Source through which it was found | 来源名称
-- column province_code: Province of the source, else that of most documents of the host; null where neither is known | 来源所属省级代码，否则按该网站多数文件；未知则为空
-- column report_year: Year that its link or address names, else that of the report it is attached to; null where
--   none is known | 链接或网址所示年度，否则为其所附报告的年度；未知则为空
-- column is_listing: It is an entry page of its source or a page of a listing | 是否为来源入口页或列表页
-- column has_original: It gave an original before | 此前是否抓取成功
-- column failure: unreachable, tls, forbidden or refused | 失败类型：不可达、证书问题、禁止、拒绝
-- column reason: What went wrong | 失败原因
-- column link_text: Text of the link that led to it | 链接文字
-- column fetched_at: When it was last fetched, UTC; null for never | 最近一次成功抓取时间（UTC）
-- column failing_since_at: Since when it fails, UTC | 开始失败时间（UTC）
WITH
-- of most addresses nothing went wrong
failed AS (
    SELECT DISTINCT address FROM raw.attempt WHERE failure IS NOT NULL AND failure NOT IN ('', 'missing')
),
attempt AS (
    SELECT
        address, source_name, role, found_on, link_text, sha256, failure, error, requested_at,
        lower(regexp_extract(address, '^https?://([^/?#]+)', 1)) AS host
    FROM raw.attempt
    SEMI JOIN failed USING (address)
    -- further pages and images are of a report that was fetched
    WHERE regexp_matches(address, '^https?://') AND role IS DISTINCT FROM 'part'
),
latest AS (
    SELECT
        address,
        any_value(host) AS host,
        arg_max(source_name, requested_at) AS source_name,
        arg_max(role, requested_at) = 'listing' OR bool_and(found_on IS NULL) AS is_listing,
        arg_max(coalesce(failure, ''), requested_at) AS failure,
        arg_max(coalesce(error, ''), requested_at) AS reason,
        arg_max(coalesce(link_text, ''), requested_at) AS link_text,
        arg_max(coalesce(found_on, ''), requested_at) AS found_on,
        max(requested_at) FILTER (WHERE error IS NULL) AS fetched_at,
        count(sha256) > 0 AS has_original
    FROM attempt
    GROUP BY address
    -- that there is no such page is an answer
    HAVING arg_max(coalesce(failure, ''), requested_at) NOT IN ('', 'missing')
),
failing AS (
    SELECT latest.address, min(attempt.requested_at) AS failing_since_at
    FROM latest
    JOIN attempt
        ON attempt.address = latest.address
        AND attempt.error IS NOT NULL
        AND (latest.fetched_at IS NULL OR attempt.requested_at > latest.fetched_at)
    GROUP BY latest.address
),
-- which documents the pages that lead to them have shown, and which their hosts
shown AS (
    SELECT DISTINCT document_number, address, lower(regexp_extract(address, '^https?://([^/?#]+)', 1)) AS host
    FROM raw.attempt
    WHERE sha256 IS NOT NULL AND role IS DISTINCT FROM 'listing' AND role IS DISTINCT FROM 'part'
        AND EXISTS (SELECT 1 FROM failed)
),
carrier AS (
    SELECT shown.address, max(d.report_year) AS report_year
    FROM shown
    JOIN core.reading AS d USING (document_number)
    SEMI JOIN latest ON latest.found_on = shown.address
    GROUP BY shown.address
),
document_host AS (
    SELECT DISTINCT shown.host, d.document_number, d.province_code
    FROM shown
    JOIN core.reading AS d USING (document_number)
    SEMI JOIN latest ON latest.host = shown.host
    WHERE d.province_code IS NOT NULL
),
host AS (
    SELECT host, mode(province_code ORDER BY province_code) AS province_code FROM document_host GROUP BY host
)
SELECT
    latest.address,
    latest.host,
    latest.source_name,
    coalesce(source.division_code[1:2] || '0000', host.province_code) AS province_code,
    coalesce(
        nullif(regexp_extract(latest.link_text, '(20[0-4][0-9])', 1), ''),
        nullif(regexp_extract(latest.address, '[?&](?:nbYear|fbtime)=(20[0-4][0-9])', 1, 'i'), ''),
        carrier.report_year::VARCHAR
    )::INTEGER AS report_year,
    latest.is_listing,
    latest.has_original,
    latest.failure,
    latest.reason,
    nullif(latest.link_text, '') AS link_text,
    latest.fetched_at AT TIME ZONE 'UTC' AS fetched_at,
    failing.failing_since_at AT TIME ZONE 'UTC' AS failing_since_at
FROM latest
JOIN failing USING (address)
LEFT JOIN raw.source AS source USING (source_name)
LEFT JOIN host USING (host)
LEFT JOIN carrier ON carrier.address = latest.found_on
