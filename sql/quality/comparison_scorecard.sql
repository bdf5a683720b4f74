-- what: One row a report with what it is judged by beside others; the suite expectations/report_comparison.yaml judges it. | 每份报告一行的比较评分，由 expectations/report_comparison.yaml 判定
-- grain: sha256
-- column sha256: Original of the report | 报告原件SHA-256
-- column report_id: Report | 报告标识
-- column is_carried_in_broken: Applications carried in do not follow from the year before | 结转数与上年度不衔接
-- column is_in_force_broken: Documents in force do not follow from the year before | 现行有效件数与上年度不衔接
-- column is_items_last_year_broken: Items of last year do not follow from the year before | 上一年项目数量与上年度不衔接
-- column is_history_broken: A figure jumps against the agency's other years | 数据较该机关其他年度突变
-- column is_peers_broken: A figure lies far from those of its peers of the year | 数据远离同年度同类机关
-- column is_applicants_broken: The applicants are made up quite otherwise than in other years | 申请人构成较其他年度突变
-- column is_text_copied: Another report has the same words | 文字与其他报告雷同
-- column is_figures_copied: Another report has the same figures | 数据与其他报告雷同
-- column is_levels_broken: A territory's total is less than its parts | 汇总数小于下级合计
-- column is_other_levels_broken: A territory's total of anything but applications and disputes is less than its
--   parts | 申请与争议以外的汇总数小于下级合计
-- column is_out_of_season: Dated in another year's season while another version came out in season | 发布时间属其他年度且同年度另有按期发布的版本
-- column is_version_other: Another version of it that still stands has other figures | 仍在网上的另一版本数据不同
-- column is_late: Published after the date that the regulation sets | 晚于规定期限发布
-- column assessed_count: Rules over several reports that could be assessed | 可评估的报告间规则数
-- column not_assessable_count: Rules over several reports that could not | 无法评估的报告间规则数
SELECT
    sha256,
    report_id,
    bool_or(rule = 'years.carried_in' AND outcome = 'broken') AS is_carried_in_broken,
    bool_or(rule = 'years.in_force' AND outcome = 'broken') AS is_in_force_broken,
    bool_or(rule = 'years.items_last_year' AND outcome = 'broken') AS is_items_last_year_broken,
    bool_or(rule = 'plausible.history' AND outcome = 'broken') AS is_history_broken,
    bool_or(rule = 'plausible.peers' AND outcome = 'broken') AS is_peers_broken,
    bool_or(rule = 'plausible.applicants' AND outcome = 'broken') AS is_applicants_broken,
    bool_or(rule = 'copied.text' AND outcome = 'broken') AS is_text_copied,
    bool_or(rule = 'copied.figures' AND outcome = 'broken') AS is_figures_copied,
    bool_or(rule = 'levels.parts' AND outcome = 'broken') AS is_levels_broken,
    bool_or(rule = 'levels.other_parts' AND outcome = 'broken') AS is_other_levels_broken,
    bool_or(rule = 'report.out_of_season' AND outcome = 'broken') AS is_out_of_season,
    bool_or(rule = 'versions.disagree' AND outcome = 'broken') AS is_version_other,
    bool_or(rule = 'report.late' AND outcome = 'broken') AS is_late,
    count(*) FILTER (outcome <> 'not_assessable') AS assessed_count,
    count(*) FILTER (outcome = 'not_assessable') AS not_assessable_count
FROM quality.comparison
GROUP BY sha256, report_id
