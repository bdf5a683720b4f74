-- what: One report of one agency for one year: the document that stands for it | 每个机关每年度一份报告（采用的文件）
-- grain: report_id
-- kind: checked view
-- column report_id: division:agency:year | 报告标识（区划:机关:年度）
-- column document_number: Number of its original within this build | 本次构建中的原件序号
-- column sha256: SHA-256 of its original | 原件SHA-256
-- column report_year: Year the figures are of | 报告年度
-- column agency_name: Agency as printed | 机关名称（原文）
-- column agency_key: Agency within its division | 机关在区划内的标识
-- column agency_type: government, department, township or other | 机关类型
-- column scope: Whom the figures count, as decided from the words of the report | 统计范围
-- column role: How it counts in a roll-up | 汇总中的角色
-- column division_code: Division of the agency as resolved | 机关所属区划代码
-- column rollup_code: Division of that year's tree it counts in; null where there is none | 汇总时所归入的当年区划；没有则为空
-- column province_code: Province it counts in | 汇总所属省级代码
-- column era: Template era whose form it follows; null where undecided | 模板版本；无法判断时为空
-- column title: Title as read | 标题
-- column published_on: Date of publication as printed | 发布日期
-- column is_on_time: Published by the date the regulation sets: to 2018 31 March; from 2019 31 January, for
--   governments 31 March; null where the date is unknown | 是否按期发布；日期未知为空
-- column address: Where it was found | 网址
-- column is_official: An address of it lies under gov.cn | 是否有gov.cn网址
-- column version_count: Documents that are versions of it: mirrors, revisions, quarantined ones | 该报告的文件版本数
-- column fact_count: Figures read from it | 读取的数据项数
-- column reported_count: Figures with a value | 有数值的数据项数
-- column blank_count: Figures left blank | 空白的数据项数
-- column warning_count: Findings of severity warning | 警告数
WITH version AS (
    SELECT report_id, count(*) AS version_count FROM core.report_version WHERE report_id IS NOT NULL GROUP BY report_id
)
SELECT
    v.report_id,
    v.document_number,
    d.sha256,
    v.report_year,
    d.agency_name,
    v.agency_key,
    d.agency_type,
    d.scope,
    v.role,
    d.division_code,
    v.rollup_code,
    v.province_code,
    d.era,
    d.title,
    d.published_on,
    v.is_on_time,
    d.address,
    d.is_official,
    version.version_count,
    d.fact_count,
    d.reported_count,
    d.blank_count,
    d.warning_count
FROM core.report_version AS v
JOIN core.document AS d USING (document_number)
JOIN version ON version.report_id = v.report_id
WHERE v.status = 'canonical'
