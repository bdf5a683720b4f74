-- what: Every document that is an annual report, and which of them stands for its agency and year | 每份年度报告文件及其是否为该机关该年度的采用版本
-- grain: document_number
-- column document_number: Number of the original within this build | 本次构建中的原件序号
-- column status: canonical (stands for the report), mirror (same text and figures), superseded (another
--   version) or quarantined | 状态：采用、镜像、被取代、隔离
-- column report_id: Report it is a version of: division:agency:year, the division as 43xxxx
--   where only the province is decided; null where year, province or agency is undecided | 所属报告标识（区划:机关:年度）；无法判断时为空
-- column canonical_number: Document that stands for the report; null where none does | 采用版本的原件序号
-- column report_year: Year the figures are of | 报告年度
-- column form_era: Template era by which its figures are understood: its own, else the one of its year | 解读数据所用的模板版本
-- column rollup_code: Division of that year's tree it counts in; null where there is none | 汇总时所归入的当年区划；没有则为空
-- column province_code: Province it counts in | 汇总所属省级代码
-- column agency_key: Agency within its division: the name without the division's, or government,
--   government_own_level, government_office | 机关在区划内的标识
-- column role: How it counts in a roll-up: territory_total, own_level, single_agency, scope_unknown,
--   vertical_agency or system_total | 汇总中的角色
-- column is_on_time: Published by the date the regulation sets: to 2018 31 March; from 2019 31 January, for
--   governments 31 March; null where the date is unknown | 是否按期发布；日期未知为空
-- column is_overlapping: Its division stands from the year after and took the place of others that report for
--   that year themselves | 其区划次年才设立，而其前身当年仍单独报告
WITH
annual AS (
    SELECT
        d.document_number, d.agency_name, d.agency_type, d.scope, d.division_code, d.province_code, d.report_year, d.era,
        d.published_on, d.content, d.is_official, d.first_fetched_at, d.standing_since_at, d.repair_count,
        d.reported_count, d.table_fact_count,
        q.sha256 IS NOT NULL AS is_quarantined
    FROM core.reading AS d
    LEFT JOIN (SELECT DISTINCT sha256 FROM quality.quarantine_cause) AS q USING (sha256)
    WHERE d.kind = 'annual_report'
),
reporting AS (
    SELECT DISTINCT report_year, division_code FROM annual WHERE NOT is_quarantined
),
-- reports of a year come out in the next one, perhaps under the name and code of a division made meanwhile
predecessor AS (
    SELECT
        r.report_year, r.division_code,
        any_value(t.division_code) FILTER (WHERE s.relation = 'same') AS tree_code,
        bool_or(other.division_code IS NOT NULL) AS is_reporting
    FROM reporting AS r
    JOIN ref.division_successor AS s ON s.successor_code = r.division_code
    JOIN core.division_year AS t
        ON t.report_year = r.report_year AND t.division_code = s.division_code AND NOT t.is_next_year
    LEFT JOIN reporting AS other
        ON other.report_year = r.report_year AND other.division_code = s.division_code
    WHERE t.division_code <> r.division_code
    GROUP BY r.report_year, r.division_code
),
successor AS (
    SELECT
        r.report_year, r.division_code,
        any_value(t.division_code) AS tree_code
    FROM reporting AS r
    JOIN ref.division_successor AS s ON s.division_code = r.division_code AND s.relation = 'same'
    JOIN core.division_year AS t
        ON t.report_year = r.report_year AND t.division_code = s.successor_code AND NOT t.is_next_year
    GROUP BY r.report_year, r.division_code
),
placement AS (
    SELECT
        r.report_year, r.division_code,
        CASE
            WHEN t.division_code IS NOT NULL AND NOT t.is_next_year THEN r.division_code
            WHEN predecessor.tree_code IS NOT NULL THEN predecessor.tree_code
            WHEN t.division_code IS NOT NULL THEN r.division_code
            ELSE successor.tree_code
        END AS rollup_code,
        coalesce(t.is_next_year AND predecessor.tree_code IS NULL AND predecessor.is_reporting, FALSE)
            AS is_overlapping
    FROM reporting AS r
    LEFT JOIN core.division_year AS t USING (report_year, division_code)
    LEFT JOIN predecessor USING (report_year, division_code)
    LEFT JOIN successor USING (report_year, division_code)
),
-- a development zone has the code of the division that it lies in, and its total is not that division's
zone AS (
    SELECT division_code, list(alias) AS zones FROM ref.division_alias WHERE kind = 'zone' GROUP BY division_code
),
place AS (
    SELECT
        r.report_year, r.division_code, p.rollup_code, p.is_overlapping, zone.zones, place.province_code,
        own.division_name AS own_name, prefecture.division_name AS prefecture_name, province.division_name AS province_name
    FROM (SELECT DISTINCT report_year, division_code FROM annual) AS r
    LEFT JOIN placement AS p USING (report_year, division_code)
    LEFT JOIN zone USING (division_code)
    LEFT JOIN core.division_year AS place
        ON place.report_year = r.report_year AND place.division_code = coalesce(p.rollup_code, r.division_code)
    LEFT JOIN core.division_year AS own
        ON own.report_year = r.report_year AND own.division_code = r.division_code
    LEFT JOIN core.division_year AS prefecture
        ON prefecture.report_year = r.report_year AND prefecture.division_code = place.prefecture_code
    LEFT JOIN core.division_year AS province
        ON province.report_year = r.report_year AND province.division_code = place.province_code
),
named AS (
    SELECT
        annual.*,
        place.rollup_code,
        coalesce(place.is_overlapping, FALSE) AS is_overlapping,
        coalesce(place.province_code, annual.province_code) AS tree_province_code,
        regexp_replace(annual.agency_name, '\s', '', 'g') AS name_0,
        coalesce(len(list_filter(place.zones, lambda one: contains(name_0, one))) > 0, FALSE) AS is_zone,
        CASE WHEN starts_with(name_0, place.province_name) THEN name_0[len(place.province_name) + 1:] ELSE name_0 END AS name_1,
        CASE WHEN starts_with(name_1, place.prefecture_name) THEN name_1[len(place.prefecture_name) + 1:] ELSE name_1 END AS name_2,
        CASE WHEN starts_with(name_2, place.own_name) THEN name_2[len(place.own_name) + 1:] ELSE name_2 END AS bare_name
    FROM annual
    LEFT JOIN place ON place.report_year = annual.report_year AND place.division_code = annual.division_code
),
-- patterns are costly: each distinct name is matched once; agency_pattern is a macro over ref.agency_pattern, whose
-- value is known before the rows, so that each pattern is compiled once
name_kind AS (
    SELECT
        name.*,
        regexp_matches(name.name_0, agency_pattern('vertical')) AS is_vertical,
        regexp_matches(name.bare_name, agency_pattern('government'))
        OR regexp_matches(name.bare_name, agency_pattern('government_office')) AS is_government_name,
        coalesce(nullif(regexp_replace(name.bare_name, agency_pattern('suffix'), ''), ''), name.bare_name) AS short_name
    FROM (SELECT DISTINCT name_0, bare_name FROM named WHERE name_0 IS NOT NULL) AS name
),
counted AS (
    SELECT
        named.*,
        kind.short_name,
        agency_type IS DISTINCT FROM 'township' AND NOT is_zone
            AND (agency_type IS NOT DISTINCT FROM 'government' OR kind.is_government_name) AS is_government,
        CASE
            WHEN kind.is_vertical THEN 'vertical_agency'
            WHEN agency_type = 'township' OR is_zone THEN 'single_agency'
            WHEN is_government AND scope IN ('territory_total', 'own_level') THEN scope
            WHEN is_government AND scope = 'unknown' THEN 'scope_unknown'
            WHEN scope = 'territory_total' THEN 'system_total'
            ELSE 'single_agency'
        END AS role
    FROM named
    LEFT JOIN name_kind AS kind USING (name_0, bare_name)
),
keyed AS (
    SELECT
        *,
        CASE
            WHEN role IN ('territory_total', 'scope_unknown') THEN 'government'
            WHEN role = 'own_level' THEN 'government_own_level'
            WHEN is_government THEN 'government_office'
            ELSE short_name
        END AS agency_key,
        coalesce(rollup_code, division_code, province_code[1:2] || 'xxxx') || ':' || agency_key || ':' || report_year
            AS report_id,
        hash(report_id) AS report_hash,
        coalesce(content, document_number) AS version_content
    FROM counted
),
-- most reports have one document; only the others are ranked
rival AS (
    SELECT report_hash FROM keyed WHERE NOT is_quarantined GROUP BY report_hash HAVING count(*) > 1
),
-- documents with the same text and figures are one version, whoever shows it
versioned AS (
    SELECT
        *,
        max(published_on) OVER same AS version_published_on,
        bool_or(is_official) OVER same AS version_is_official,
        max(standing_since_at) OVER same AS version_standing_since_at
    FROM keyed
    SEMI JOIN rival USING (report_hash)
    WHERE NOT is_quarantined
    WINDOW same AS (PARTITION BY report_id, version_content)
),
ranked AS (
    SELECT
        *,
        row_number() OVER newest AS version_rank,
        first_value(document_number) OVER newest AS best_number,
        first_value(version_content) OVER newest AS best_content
    FROM versioned
    WINDOW newest AS (
        PARTITION BY report_id
        ORDER BY
            -- the newest version that says most: whom it counts, tables before text, any figure before none
            role <> 'scope_unknown' DESC,
            table_fact_count > 0 DESC,
            reported_count > 0 DESC,
            version_published_on DESC NULLS LAST,
            version_is_official DESC,
            version_standing_since_at DESC NULLS LAST,
            reported_count DESC,
            version_content,
            -- of those that show it the agency's own site, else the cleanest, else the first
            is_official DESC,
            repair_count,
            first_fetched_at NULLS LAST,
            document_number
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    )
)
SELECT
    k.document_number,
    CASE
        WHEN k.is_quarantined THEN 'quarantined'
        WHEN coalesce(r.version_rank, 1) = 1 THEN 'canonical'
        WHEN r.version_content = r.best_content THEN 'mirror'
        ELSE 'superseded'
    END::ENUM ('canonical', 'mirror', 'superseded', 'quarantined') AS status,
    k.report_id,
    CASE WHEN NOT k.is_quarantined THEN coalesce(r.best_number, k.document_number) END AS canonical_number,
    k.report_year,
    coalesce(k.era, era.era) AS form_era,
    k.rollup_code,
    k.tree_province_code AS province_code,
    k.agency_key,
    k.role::ENUM (
        'territory_total', 'own_level', 'single_agency', 'scope_unknown', 'vertical_agency', 'system_total'
    ) AS role,
    k.published_on <= CASE
        WHEN k.report_year >= 2019 AND k.agency_key NOT IN ('government', 'government_own_level')
            THEN make_date(k.report_year + 1, 1, 31)
        ELSE make_date(k.report_year + 1, 3, 31)
    END AS is_on_time,
    k.is_overlapping
FROM keyed AS k
LEFT JOIN ranked AS r ON r.document_number = k.document_number
LEFT JOIN ref.era AS era ON k.report_year BETWEEN era.from_year AND coalesce(era.to_year, 9999)
