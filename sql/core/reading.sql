-- what: What was read of each original that decides how it counts | 每个原件中决定其如何计入的读取结果
-- grain: document_number
-- column document_number: Number that stands for the original within this build, for joins | 本次构建中代表该原件的编号（用于关联）
-- column sha256: SHA-256 of the original | 原件SHA-256
-- column kind: annual_report, other or unreadable | 类型：年度报告、其他、无法读取
-- column reason: Why it is not an annual report or cannot be read | 不是年度报告或无法读取的原因
-- column agency_name: Agency as printed | 机关名称（原文）
-- column agency_type: government, department, township or other | 机关类型
-- column scope: Whom the figures count: single_agency, own_level, territory_total or unknown | 统计范围：单个机关、本级、本行政区域汇总、未知
-- column division_code: Division of the agency, GB/T 2260 | 所属区划代码
-- column province_code: Province of the agency | 所属省级代码
-- column report_year: Year the figures are of | 报告年度
-- column era: Template era whose form it follows; null where undecided | 模板版本；无法判断时为空
-- column published_on: Date of publication as printed | 发布日期
-- column content: Stands for its text without white space and digits, and for its figures: equal for mirrors; null
--   where the text has no fingerprint | 代表其文本（去空白和数字）与数据项，镜像相同；文本无指纹者为空
-- column is_official: An address of it lies under gov.cn | 是否有gov.cn网址
-- column first_fetched_at: When it was first fetched, UTC | 首次抓取时间（UTC）
-- column standing_since_at: Since when it stands at an address, after the latest change there, UTC | 最近一次变更后开始展示的时间（UTC）
-- column repair_count: Repairs made to its text | 文本修复次数
-- column fact_count: Figures read from it | 读取的数据项数
-- column reported_count: Figures with a value | 有数值的数据项数
-- column blank_count: Figures left blank | 空白的数据项数
-- column table_fact_count: Figures read from tables | 取自表格的数据项数
-- column warning_count: Findings of severity warning | 警告数
-- column critical_count: Findings of severity critical | 严重问题数
WITH
visit AS (
    SELECT document_number, address, coalesce(final_address, address) AS final_address, requested_at
    FROM raw.attempt
    WHERE sha256 IS NOT NULL AND role IS DISTINCT FROM 'listing' AND role IS DISTINCT FROM 'part'
),
-- most addresses have shown one thing only
shown_again AS (
    SELECT address FROM visit GROUP BY address HAVING count(*) > 1
),
unchanged AS (
    SELECT document_number, address, requested_at
    FROM visit
    SEMI JOIN shown_again USING (address)
    QUALIFY lag(document_number) OVER (PARTITION BY address ORDER BY requested_at, document_number) IS NOT DISTINCT FROM document_number
),
fetched AS (
    SELECT
        visit.document_number,
        bool_or(regexp_matches(visit.final_address, '^https?://([^/@]*\.)?gov\.cn(:\d+)?(/|$)')) AS is_official,
        min(visit.requested_at) AS first_fetched_at,
        max(CASE WHEN unchanged.document_number IS NULL THEN visit.requested_at END) AS standing_since_at
    FROM visit
    LEFT JOIN unchanged
        ON unchanged.document_number = visit.document_number AND unchanged.address = visit.address AND unchanged.requested_at = visit.requested_at
    GROUP BY visit.document_number
),
finding AS (
    SELECT
        document_number,
        count(*) FILTER (WHERE severity = 'warning') AS warning_count,
        count(*) FILTER (WHERE severity = 'critical') AS critical_count
    FROM raw.finding
    WHERE outcome = 'broken'
    GROUP BY document_number
)
SELECT
    d.document_number,
    d.sha256,
    d.kind,
    d.reason,
    d.agency_name,
    d.agency_type,
    coalesce(d.scope, 'unknown') AS scope,
    d.division_code,
    d.province_code,
    d.report_year,
    d.era,
    d.published_on,
    CASE WHEN d.text_fingerprint IS NOT NULL THEN hash(d.text_fingerprint, coalesce(fact.figure_hash, 0)) END AS content,
    coalesce(fetched.is_official, FALSE) AS is_official,
    fetched.first_fetched_at::TIMESTAMP AS first_fetched_at,
    fetched.standing_since_at::TIMESTAMP AS standing_since_at,
    coalesce(list_sum(map_values(d.repairs)), 0)::BIGINT AS repair_count,
    coalesce(fact.fact_count, 0) AS fact_count,
    coalesce(fact.reported_count, 0) AS reported_count,
    coalesce(fact.blank_count, 0) AS blank_count,
    coalesce(fact.table_fact_count, 0) AS table_fact_count,
    coalesce(finding.warning_count, 0) AS warning_count,
    coalesce(finding.critical_count, 0) AS critical_count
FROM raw.document AS d
LEFT JOIN fetched ON fetched.document_number = d.document_number
LEFT JOIN raw.figure_list AS fact ON fact.document_number = d.document_number
LEFT JOIN finding ON finding.document_number = d.document_number
