-- what: What is wrong at the end of this run and worth an alert, one row a rule and subject; quality.alert follows it over the runs. | 本次运行结束时值得告警的情况，每条规则每个对象一行；quality.alert 跨运行跟踪
-- grain: rule, subject
-- column rule: Code of the rule | 规则代码
-- column subject: What it is about: a document's address, a host or folder, or a province and year (of years long
--   past: earlier) | 告警对象：文件地址、网站或文件夹、省份与年度（较早年度合并为earlier）
-- column severity: critical or warning | 严重程度：critical 或 warning
-- column province_code: Code of the province, NULL where undecided or not of one | 省级行政区划代码，未判定或不适用则为空
-- column document_count: Documents or addresses it concerns | 涉及的文件或地址数
-- column message: What is wrong, in English | 英文说明
-- column message_zh: What is wrong, in Chinese | 中文说明
with attempt as (
    -- what the addresses last gave; a local file has its full path as its final address
    select
        case when starts_with(final_address, 'file:') then final_address else address end as address,
        sha256,
        error,
        requested_at
    from raw.attempt
    where role is distinct from 'part' and (error is null or not starts_with(error, 'skipped:'))
),
latest as (
    select
        address,
        coalesce(
            nullif(regexp_extract(address, '^https?://([^/?#]+)', 1), ''),
            regexp_replace(address, '/[^/]*$', '/')
        ) as host,
        arg_max(sha256, requested_at) filter (where sha256 is not null) as sha256,
        arg_max(coalesce(error, ''), requested_at) as error
    from attempt
    group by address
),
-- a document that another has replaced at every address of its own raises no alert
current_document as (
    select
        latest.sha256,
        min(latest.address) as address,
        min(latest.host) as host,
        any_value(document.kind) as kind,
        any_value(document.reason) as reason,
        any_value(document.province_code) as province_code,
        any_value(document.report_year) as report_year,
        any_value(coalesce(document.title, document.agency_name)) as title
    from latest
    inner join raw.document as document on document.sha256 = latest.sha256
    group by latest.sha256
),
judged as (
    select current_document.*, judgement.rule, judgement.severity, judgement.message, judgement.message_zh
    from quality.judgement as judgement
    inner join current_document on current_document.sha256 = judgement.sha256
    union all
    select current_document.*, judgement.rule, judgement.severity, judgement.message, judgement.message_zh
    from quality.overall_judgement as judgement
    inner join current_document on current_document.sha256 = judgement.subject
    where judgement.suite = 'report_comparison'
),
quarantined as (
    select
        rule,
        address as subject,
        any_value(province_code) as province_code,
        count(*) as document_count,
        any_value(message || coalesce(' (' || title || ')', '')) as message,
        any_value(message_zh || coalesce('（' || title || '）', '')) as message_zh
    from judged
    -- what a person has decided on needs no alert
    where severity = 'critical' and sha256 in (select sha256 from quality.quarantine where status = 'open')
    group by rule, address
),
province as (
    select division_code as province_code, arg_max(division_name, from_year) as province_name
    from ref.division
    where level = 1
    group by division_code
),
flagged as (
    select
        judged.rule,
        coalesce(judged.province_code, 'unknown') || ' ' || coalesce(judged.report_year::varchar, 'unknown')
            as subject,
        any_value(judged.province_code) as province_code,
        count(*) as document_count,
        count(*) || if(count(*) = 1, ' report', ' reports') || ' of '
        || coalesce(any_value(province.province_name) || ' ', '')
        || coalesce(any_value(judged.report_year)::varchar, 'an unknown year')
        || if(count(*) = 1, ' breaks', ' break') || ' the rule: ' || split_part(min(judged.message), ': ', 1)
            as message,
        coalesce(any_value(province.province_name) || ' ', '')
        || coalesce(any_value(judged.report_year)::varchar || ' 年', '年度不明') || ' '
        || count(*) || ' 份报告不符合要求：' || split_part(min(judged.message_zh), '：', 1) as message_zh
    from judged
    left join province on province.province_code = judged.province_code
    where judged.severity = 'warning'
    group by judged.rule, subject
),
unreadable as (
    select
        'document.unreadable' as rule,
        host as subject,
        null::varchar as province_code,
        count(*) as document_count,
        count(*) || if(count(*) = 1, ' document', ' documents') || ' cannot be read, most often: ' || mode(coalesce(reason, 'no reason')) as message,
        count(*) || ' 个文件无法读取，最常见原因：' || mode(coalesce(reason, '无')) as message_zh
    from current_document
    where kind = 'unreadable'
    group by host
),
unfetched as (
    select
        'fetch.failed' as rule,
        host as subject,
        null::varchar as province_code,
        count(*) as document_count,
        count(*) || if(count(*) = 1, ' address', ' addresses') || ' cannot be fetched, most often: ' || mode(error) as message,
        count(*) || ' 个地址无法抓取，最常见原因：' || mode(error) as message_zh
    from latest
    where error <> ''
    group by host
),
table_wide as (
    select
        rule,
        'all reports' as subject,
        null::varchar as province_code,
        0 as document_count,
        message,
        message_zh
    from quality.judgement
    where sha256 is null and severity = 'warning'
    union all
    select rule, 'all rows', null::varchar, 0, message, message_zh
    from quality.overall_judgement
    where subject is null and severity = 'warning'
),
overall as (
    select
        judgement.suite,
        judgement.rule,
        judgement.subject,
        coverage.province_code,
        coverage.report_year,
        province.province_name,
        judgement.message,
        judgement.message_zh,
        -- what is long past is one alert a province and rule: a first run finds many such years
        coverage.report_year < (select max(report_year) from quality.coverage_scorecard where is_due) - 2 as is_past
    from quality.overall_judgement as judgement
    left join quality.coverage_scorecard as coverage
        on coverage.subject = judgement.subject and judgement.suite = 'province_coverage'
    left join province on province.province_code = coverage.province_code
    where judgement.suite <> 'report_comparison' and judgement.severity = 'warning' and judgement.subject is not null
),
present as (
    select
        rule,
        subject,
        province_code,
        0 as document_count,
        coalesce(province_name || ' ' || report_year || ': ', subject || ': ') || message as message,
        coalesce(province_name || ' ' || report_year || ' 年：', subject || '：') || message_zh as message_zh
    from overall
    where is_past is not true
),
past as (
    select
        rule,
        province_code || ' earlier' as subject,
        province_code,
        0 as document_count,
        any_value(province_name) || ' ' || string_agg(report_year::varchar, ', ' order by report_year) || ': '
        || split_part(min(message), ': ', 1) as message,
        any_value(province_name) || ' ' || string_agg(report_year::varchar, '、' order by report_year) || ' 年：'
        || split_part(min(message_zh), '：', 1) as message_zh
    from overall
    where is_past
    group by rule, province_code
),
corrected as (
    select
        'correction.not_applied' as rule,
        sha256 || ' ' || cell as subject,
        null::varchar as province_code,
        1 as document_count,
        'the correction of ' || cell || ' is not applied: ' || status as message,
        cell || ' 的更正未能适用：' || status as message_zh
    from core.correction
    where status <> 'applied'
)
select rule, subject, 'critical' as severity, province_code, document_count, message, message_zh
from quarantined
union all
select rule, subject, 'warning' as severity, province_code, document_count, message, message_zh
from flagged
union all
select rule, subject, 'warning' as severity, province_code, document_count, message, message_zh
from unreadable
union all
select rule, subject, 'warning' as severity, province_code, document_count, message, message_zh
from unfetched
union all
select rule, subject, 'warning' as severity, province_code, document_count, message, message_zh
from table_wide
union all
select rule, subject, 'warning' as severity, province_code, document_count, message, message_zh
from present
union all
select rule, subject, 'warning' as severity, province_code, document_count, message, message_zh
from past
union all
select rule, subject, 'warning' as severity, province_code, document_count, message, message_zh
from corrected
