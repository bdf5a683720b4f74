-- what: What else is known of each original: title, addresses, size, and why it was read as it was | 每个原件的其他信息：标题、网址、大小及判断依据
-- grain: document_number
-- column document_number: Number that stands for the original within this build, for joins | 本次构建中代表该原件的编号（用于关联）
-- column title: Title as read | 标题
-- column address: Address under which it was first found | 首次发现的网址
-- column last_address: Address under which it was found last | 最近发现的网址
-- column address_count: Addresses that have shown it, mirrors included | 出现过的网址数（含镜像）
-- column source_name: Source through which it was found | 来源名称
-- column media_type: Media type as declared | 媒体类型
-- column charset: Character set as declared | 声明的字符集
-- column byte_count: Size in bytes | 字节数
-- column parser_version: Version of the parser that read it | 解析器版本
-- column table_count: Tables in it | 表格数
-- column image_count: Images in it | 图片数
-- column text_length: Characters of its text | 文本字符数
-- column text_fingerprint: Hash of its text without white space and digits: equal for mirrors | 去空白和数字后的文本指纹，镜像相同
-- column figure_hash: Hash of its figures: equal where every figure is | 数据项的哈希，数据全同则相同
-- column evidence: Why kind, agency, scope, place, year and era were decided as they were | 各项判断的依据
WITH
fetched AS (
    SELECT
        document_number,
        arg_min(struct_pack(address, source_name, media_type, charset), (requested_at, address)) AS first_visit,
        arg_max(address, (requested_at, address)) AS last_address,
        count(DISTINCT address) AS address_count,
        max(byte_count) AS byte_count
    FROM raw.attempt
    WHERE sha256 IS NOT NULL AND role IS DISTINCT FROM 'listing' AND role IS DISTINCT FROM 'part'
    GROUP BY document_number
)
SELECT
    d.document_number,
    d.title,
    coalesce(fetched.first_visit.address, d.address) AS address,
    coalesce(fetched.last_address, d.address) AS last_address,
    coalesce(fetched.address_count, 0) AS address_count,
    fetched.first_visit.source_name AS source_name,
    fetched.first_visit.media_type AS media_type,
    fetched.first_visit.charset AS charset,
    fetched.byte_count,
    d.parser_version,
    d.table_count,
    d.image_count,
    d.text_length,
    d.text_fingerprint,
    fact.figure_hash,
    d.evidence
FROM raw.document AS d
LEFT JOIN fetched ON fetched.document_number = d.document_number
LEFT JOIN raw.figure_list AS fact ON fact.document_number = d.document_number
