-- what: Every figure of a form that feeds a measure, by number | 归入可比指标的表格数据项及其序号
-- grain: cell_number
-- column cell_number: Number of the figure within this build | 本次构建中的数据项序号
-- column indicator: Indicator of the codebook | 编码表指标
-- column applicant: Kind of applicant; total where there is none | 申请人类别；无分类时为total
SELECT
    row_number() OVER (ORDER BY indicator, applicant)::USMALLINT AS cell_number,
    indicator,
    applicant
FROM ref.measure_indicator
GROUP BY indicator, applicant
