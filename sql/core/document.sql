-- what: Every original that was fetched and read, whatever it turned out to be | 抓取并读取的每个原件
-- grain: sha256
-- kind: view
-- column sha256: SHA-256 of the original | 原件SHA-256
-- column document_number: Number that stands for the original within this build, for joins | 本次构建中代表该原件的编号（用于关联）
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
SELECT
    r.sha256,
    r.document_number,
    r.kind,
    r.reason,
    t.title,
    r.agency_name,
    r.agency_type,
    r.scope,
    r.division_code,
    r.province_code,
    r.report_year,
    r.era,
    r.published_on,
    t.address,
    t.last_address,
    t.address_count,
    r.is_official,
    r.first_fetched_at,
    r.standing_since_at,
    t.source_name,
    t.media_type,
    t.charset,
    t.byte_count,
    'archive/' || r.sha256[1:2] || '/' || r.sha256[3:4] || '/' || r.sha256 AS archive_path,
    t.parser_version,
    t.table_count,
    t.image_count,
    t.text_length,
    t.text_fingerprint,
    r.repair_count,
    t.evidence,
    r.fact_count,
    r.reported_count,
    r.blank_count,
    r.table_fact_count,
    t.figure_hash,
    r.warning_count,
    r.critical_count
FROM core.reading AS r
JOIN core.document_text AS t ON t.document_number = r.document_number
