-- what: One row an annual report as read, with what its quality is judged by; the suite expectations/report_scorecard.yaml judges it. | 每份年度报告一行的质量评分，由 expectations/report_scorecard.yaml 判定
-- grain: sha256
-- column sha256: SHA-256 of the original | 原始文件的 SHA-256
-- column province_code: Code of the province, NULL where undecided | 省级行政区划代码，未判定则为空
-- column report_year: Year of the figures, NULL where undecided | 数据所属年度，未判定则为空
-- column is_year_undecided: The year of the figures could not be decided | 数据年度未能判定
-- column is_province_undecided: The province could not be decided | 所属省份未能判定
-- column is_division_undecided: The province is decided but not the division within it | 省份已判定而具体行政区划未能判定
-- column is_agency_undecided: The publishing agency could not be decided | 发布机关未能判定
-- column is_scope_undecided: Whether the report counts one agency or a territory could not be decided | 统计口径（本机关或汇总）未能判定
-- column is_without_figures: No figure was read from the report | 报告中未读出任何数据
-- column is_narrative_only: Every figure comes from the running text, none from a table | 数据全部来自正文，没有表格数据
-- column figure_count: Figures found, whatever their state | 数据项总数
-- column reported_count: Figures that hold a number | 有数值的数据项数
-- column blank_count: Cells left blank | 空白单元格数
-- column blank_rate: Share of the figures that are blank; 0 for a report without figures | 空白率，无数据的报告为 0
-- column illegible_count: Figures that could not be read as a number though something is printed | 有内容但无法识别的数据项数
-- column negative_count: Counts that are negative where the form allows none | 不应为负而为负的数据项数
-- column fraction_count: Counts that are not whole numbers | 应为整数而非整数的数据项数
-- column conflict_count: Cells read more than once with different values | 重复读取而数值不一的单元格数
-- column misread_table_count: Tables with so many broken identities that they were probably misread | 疑似误读的表格数
-- column absent_table_count: Tables of the form that the report lacks | 缺少的统计表数
-- column unmapped_count: Findings about printed figures that no indicator stands for | 印有数据而未能对应指标的问题数
-- column unaligned_count: Findings about rows whose counts do not match the columns, or columns that nothing tells apart | 数值与列无法对应、各列无法辨别的问题数
-- column broken_request_count: Broken identities of the applications figures | 依申请公开部分不成立的勾稽关系数
-- column broken_dispute_count: Broken identities of reviews and litigation | 行政复议、行政诉讼部分不成立的勾稽关系数
-- column broken_other_count: Broken identities of all other figures | 其他部分不成立的勾稽关系数
-- column is_request_open: Identities of the applications figures could not be assessed, and none is broken | 依申请公开部分有勾稽关系无法评估且无不成立者
-- column is_dispute_open: The same for reviews and litigation | 行政复议、行政诉讼部分同上
-- column is_other_open: The same for all other figures | 其他部分同上
-- column not_assessable_count: Rules that could not be assessed for want of a figure | 因缺少数据而无法检验的规则数
-- column suspect_count: Cells that the identities accuse of being wrong | 勾稽关系指向的疑似错误单元格数
-- column disagreement_count: Figures for which text and table differ | 正文与表格不一致的数据项数
-- column is_year_disputed: The statistics period and the title name different years | 统计期与标题年份不一致
-- column is_era_unusual: The tables are of another form than the year's | 套用其他年份的表样
-- column is_published_before_period_end: The report is dated before the year that it covers ends | 发布日期早于所报告年度结束
-- column is_published_late: The report is dated more than two years after the year that it covers | 发布日期晚于所报告年度两年以上
-- column is_undated: The report has no date | 报告没有发布日期
-- column is_formless: No table shows which form the report follows | 没有表格可据以判定表样
-- column critical_finding_count: Findings of severity critical | 严重问题数
-- column other_critical_count: Critical findings that no other column counts | 未列入其他各栏的严重问题数
-- column other_warning_count: Warnings that no other column counts | 未列入其他各栏的警告数
-- column warning_finding_count: Findings of severity warning | 警告数
-- column info_finding_count: Findings of severity info | 提示数
with fact as (
    select
        sha256,
        count(*) as figure_count,
        count(*) filter (where state = 'reported') as reported_count,
        count(*) filter (where state = 'blank') as blank_count,
        count(*) filter (where state = 'illegible') as illegible_count,
        count(*) filter (where value < 0 and not ends_with(indicator, '.items_change')) as negative_count,
        count(*) filter (where value <> trunc(value) and unit not in ('元', '万元')) as fraction_count,
        bool_and(method = 'narrative') as is_narrative_only,
        bool_or(method <> 'narrative' and starts_with(indicator, 'requests.')) as has_requests,
        bool_or(method <> 'narrative' and (starts_with(indicator, 'review.') or starts_with(indicator, 'litigation.'))) as has_disputes,
        bool_or(
            method <> 'narrative' and not starts_with(indicator, 'requests.')
            and not starts_with(indicator, 'review.') and not starts_with(indicator, 'litigation.')
        ) as has_others
    from raw.fact
    group by sha256
),
finding as (
    select
        sha256,
        count(*) filter (where rule = 'fact.conflict') as conflict_count,
        count(*) filter (where rule = 'table.misread') as misread_table_count,
        count(*) filter (where is_absent_table) as absent_table_count,
        count(*) filter (where rule = 'table.unmapped') as unmapped_count,
        count(*) filter (where rule in ('flattened.blanks_lost', 'table.columns_undecided')) as unaligned_count,
        count(*) filter (where is_broken_identity and family = 'requests') as broken_request_count,
        count(*) filter (where is_broken_identity and family in ('review', 'litigation'))
            as broken_dispute_count,
        count(*) filter (where is_broken_identity and family not in ('requests', 'review', 'litigation'))
            as broken_other_count,
        count(*) filter (where outcome = 'not_assessable') as not_assessable_count,
        bool_or(outcome = 'not_assessable' and family = 'requests') as is_request_open,
        bool_or(outcome = 'not_assessable' and family in ('review', 'litigation')) as is_dispute_open,
        bool_or(outcome = 'not_assessable' and family not in ('requests', 'review', 'litigation')) as is_other_open,
        count(*) filter (where rule = 'fact.suspect') as suspect_count,
        count(*) filter (where rule = 'narrative.disagrees') as disagreement_count,
        bool_or(rule = 'year.disagrees') as is_year_disputed,
        bool_or(rule = 'era.unusual') as is_era_unusual,
        bool_or(rule = 'report.published_before_period_end') as is_published_before_period_end,
        bool_or(rule = 'report.published_late') as is_published_late,
        count(*) filter (where severity = 'critical') as critical_finding_count,
        count(*) filter (where severity = 'critical' and not is_counted) as other_critical_count,
        count(*) filter (
            where severity = 'warning' and not (is_counted or is_broken_identity or is_absent_table)
        ) as other_warning_count,
        count(*) filter (where severity = 'warning') as warning_finding_count,
        count(*) filter (where severity = 'info') as info_finding_count
    from (
        select
            *,
            split_part(rule, '.', 1) as family,
            outcome = 'broken'
            and severity = 'warning'
            and split_part(rule, '.', 1) in (
                'requests', 'review', 'litigation', 'active', 'disclosed', 'response', 'organisation'
            ) as is_broken_identity,
            severity = 'warning' and starts_with(rule, 'tables.') as is_absent_table,
            -- by another column of the scorecard
            rule in (
                'agency.undecided', 'division.undecided', 'fact.conflict', 'fact.negative', 'fact.not_integer',
                'flattened.blanks_lost', 'narrative.disagrees', 'place.undecided',
                'report.published_before_period_end', 'table.columns_undecided', 'table.misread', 'table.unmapped',
                'year.disagrees', 'year.undecided'
            ) as is_counted
        from raw.finding
    )
    group by sha256
)
select
    document.sha256,
    document.province_code,
    document.report_year,
    document.report_year is null as is_year_undecided,
    document.province_code is null as is_province_undecided,
    document.province_code is not null and document.division_code is null as is_division_undecided,
    document.agency_name is null as is_agency_undecided,
    coalesce(document.scope, 'unknown') = 'unknown' as is_scope_undecided,
    fact.sha256 is null as is_without_figures,
    coalesce(fact.is_narrative_only, false) as is_narrative_only,
    coalesce(fact.figure_count, 0) as figure_count,
    coalesce(fact.reported_count, 0) as reported_count,
    coalesce(fact.blank_count, 0) as blank_count,
    coalesce(fact.blank_count / fact.figure_count, 0) as blank_rate,
    coalesce(fact.illegible_count, 0) as illegible_count,
    coalesce(fact.negative_count, 0) as negative_count,
    coalesce(fact.fraction_count, 0) as fraction_count,
    coalesce(finding.conflict_count, 0) as conflict_count,
    coalesce(finding.misread_table_count, 0) as misread_table_count,
    coalesce(finding.absent_table_count, 0) as absent_table_count,
    coalesce(finding.unmapped_count, 0) as unmapped_count,
    coalesce(finding.unaligned_count, 0) as unaligned_count,
    coalesce(finding.broken_request_count, 0) as broken_request_count,
    coalesce(finding.broken_dispute_count, 0) as broken_dispute_count,
    coalesce(finding.broken_other_count, 0) as broken_other_count,
    coalesce(finding.broken_request_count, 0) = 0
    and (coalesce(finding.is_request_open, false) or not coalesce(fact.has_requests, false)) as is_request_open,
    coalesce(finding.broken_dispute_count, 0) = 0
    and (coalesce(finding.is_dispute_open, false) or not coalesce(fact.has_disputes, false)) as is_dispute_open,
    coalesce(finding.broken_other_count, 0) = 0
    and (coalesce(finding.is_other_open, false) or not coalesce(fact.has_others, false)) as is_other_open,
    coalesce(finding.not_assessable_count, 0) as not_assessable_count,
    coalesce(finding.suspect_count, 0) as suspect_count,
    coalesce(finding.disagreement_count, 0) as disagreement_count,
    coalesce(finding.is_year_disputed, false) as is_year_disputed,
    coalesce(finding.is_era_unusual, false) as is_era_unusual,
    coalesce(finding.is_published_before_period_end, false) as is_published_before_period_end,
    coalesce(finding.is_published_late, false) as is_published_late,
    document.published_on is null as is_undated,
    document.era is null or coalesce(fact.is_narrative_only, true) as is_formless,
    coalesce(finding.critical_finding_count, 0) as critical_finding_count,
    coalesce(finding.other_critical_count, 0) as other_critical_count,
    coalesce(finding.other_warning_count, 0) as other_warning_count,
    coalesce(finding.warning_finding_count, 0) as warning_finding_count,
    coalesce(finding.info_finding_count, 0) as info_finding_count
from raw.document as document
left join fact on fact.sha256 = document.sha256
left join finding on finding.sha256 = document.sha256
where document.kind = 'annual_report'
