-- what: Every original that was fetched and read, whatever it turned out to be | 抓取并读取的每个原件
-- grain: sha256
-- column sha256: SHA-256 of the original | 原件SHA-256
-- column document_number: Number of the original within this build, for joins | 本次构建中的序号（用于关联）
-- column kind: annual_report, other or unreadable | 类型：年度报告、其他、无法读取
-- column reason: Why it is not an annual report or cannot be read | 不是年度报告或无法读取的原因
-- column title: Title as read | 标题
-- column agency_name: Agency as printed | 机关名称（原文）
-- column agency_type: government, department, township or other | 机关类型
-- column scope: Whom the figures count: single_agency, own_level, territory_total or unknown | 统计范围：单个机关、本级、本行政区域汇总、未知
-- column division_code: Division of the agency, GB/T 2260 | 所属区划代码
-- column province_code: Province of the agency | 所属省级代码
-- column report_year: Year the figures are of | 报告年度
-- column era: Template era whose form it follows; null where undecided | 模板版本；无法判断时为空
-- column published_on: Date of publication as printed | 发布日期
-- column address: Address under which it was first found | 首次发现的网址
-- column last_address: Address under which it was found last | 最近发现的网址
-- column address_count: Addresses that have shown it, mirrors included | 出现过的网址数（含镜像）
-- column is_official: An address of it lies under gov.cn | 是否有gov.cn网址
-- column first_fetched_at: When it was first fetched, UTC | 首次抓取时间（UTC）
-- column standing_since_at: Since when it stands at an address, after the latest change there, UTC | 最近一次变更后开始展示的时间（UTC）
-- column source_name: Source through which it was found | 来源名称
-- column media_type: Media type as declared | 媒体类型
-- column charset: Character set as declared | 声明的字符集
-- column byte_count: Size in bytes | 字节数
-- column archive_path: The original's file, under the home of the run | 存档文件相对路径
-- column parser_version: Version of the parser that read it | 解析器版本
-- column table_count: Tables in it | 表格数
-- column image_count: Images in it | 图片数
-- column text_length: Characters of its text | 文本字符数
-- column text_fingerprint: Hash of its text without white space and digits: equal for mirrors | 去空白和数字后的文本指纹，镜像相同
-- column repair_count: Repairs made to its text | 文本修复次数
-- column evidence: Why kind, agency, scope, place, year and era were decided as they were | 各项判断的依据
-- column fact_count: Figures read from it | 读取的数据项数
-- column reported_count: Figures with a value | 有数值的数据项数
-- column blank_count: Figures left blank | 空白的数据项数
-- column table_fact_count: Figures read from tables | 取自表格的数据项数
-- column figure_hash: Hash of its figures: equal where every figure is | 数据项的哈希，数据全同则相同
-- column warning_count: Findings of severity warning | 警告数
-- column critical_count: Findings of severity critical | 严重问题数
WITH
numbered AS (
    SELECT sha256, row_number() OVER (ORDER BY sha256)::INTEGER AS document_number FROM raw.document
),
visit AS (
    SELECT
        sha256, address, coalesce(final_address, address) AS final_address, source_name, media_type, charset,
        byte_count, requested_at
    FROM raw.attempt
    WHERE sha256 IS NOT NULL AND role IS DISTINCT FROM 'listing' AND role IS DISTINCT FROM 'part'
),
-- most addresses have shown one thing only
shown_again AS (
    SELECT address FROM visit GROUP BY address HAVING count(*) > 1
),
unchanged AS (
    SELECT sha256, address, requested_at
    FROM visit
    SEMI JOIN shown_again USING (address)
    QUALIFY lag(sha256) OVER (PARTITION BY address ORDER BY requested_at, sha256) IS NOT DISTINCT FROM sha256
),
change AS (
    SELECT visit.sha256, max(visit.requested_at) AS standing_since_at
    FROM visit
    ANTI JOIN unchanged USING (sha256, address, requested_at)
    GROUP BY visit.sha256
),
fetched AS (
    SELECT
        sha256,
        arg_min(struct_pack(address, source_name, media_type, charset), (requested_at, address)) AS first_visit,
        arg_max(address, (requested_at, address)) AS last_address,
        count(DISTINCT address) AS address_count,
        bool_or(regexp_matches(final_address, '^https?://([^/@]*\.)?gov\.cn(:\d+)?(/|$)')) AS is_official,
        min(requested_at) AS first_fetched_at,
        max(byte_count) AS byte_count
    FROM visit
    GROUP BY sha256
),
fact AS (
    SELECT
        sha256,
        count(*) AS fact_count,
        count(*) FILTER (WHERE state = 'reported') AS reported_count,
        count(*) FILTER (WHERE state = 'blank') AS blank_count,
        count(*) FILTER (WHERE method IN ('table', 'flattened')) AS table_fact_count,
        bit_xor(hash(indicator, applicant, state, value)) AS figure_hash
    FROM raw.fact
    GROUP BY sha256
),
finding AS (
    SELECT
        sha256,
        count(*) FILTER (WHERE severity = 'warning') AS warning_count,
        count(*) FILTER (WHERE severity = 'critical') AS critical_count
    FROM raw.finding
    WHERE outcome = 'broken'
    GROUP BY sha256
)
SELECT
    d.sha256,
    numbered.document_number,
    d.kind,
    d.reason,
    d.title,
    d.agency_name,
    d.agency_type,
    coalesce(d.scope, 'unknown') AS scope,
    d.division_code,
    d.province_code,
    d.report_year,
    d.era,
    d.published_on,
    coalesce(fetched.first_visit.address, d.address) AS address,
    coalesce(fetched.last_address, d.address) AS last_address,
    coalesce(fetched.address_count, 0) AS address_count,
    coalesce(fetched.is_official, FALSE) AS is_official,
    fetched.first_fetched_at::TIMESTAMP AS first_fetched_at,
    change.standing_since_at::TIMESTAMP AS standing_since_at,
    fetched.first_visit.source_name AS source_name,
    fetched.first_visit.media_type AS media_type,
    fetched.first_visit.charset AS charset,
    fetched.byte_count,
    'archive/' || d.sha256[1:2] || '/' || d.sha256[3:4] || '/' || d.sha256 AS archive_path,
    d.parser_version,
    d.table_count,
    d.image_count,
    d.text_length,
    d.text_fingerprint,
    coalesce(list_sum(map_values(d.repairs)), 0)::BIGINT AS repair_count,
    d.evidence,
    coalesce(fact.fact_count, 0) AS fact_count,
    coalesce(fact.reported_count, 0) AS reported_count,
    coalesce(fact.blank_count, 0) AS blank_count,
    coalesce(fact.table_fact_count, 0) AS table_fact_count,
    fact.figure_hash,
    coalesce(finding.warning_count, 0) AS warning_count,
    coalesce(finding.critical_count, 0) AS critical_count
FROM raw.document AS d
JOIN numbered USING (sha256)
LEFT JOIN fetched USING (sha256)
LEFT JOIN change USING (sha256)
LEFT JOIN fact USING (sha256)
LEFT JOIN finding USING (sha256)
