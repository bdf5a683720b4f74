-- what: What every version of every report gives, as one list: its figures, and behind them the sums that measures need | 每份报告（各版本）的数据项及其后所附的各合计，以列表存放
-- grain: document_number
-- kind: view
-- column document_number: Document, as in core.report_version | 原件序号
-- column form_hash: Make-up of figures, as in core.form; core.form_measure says where which measure stands | 数据项构成标识（见core.form），各指标位置见core.form_measure
-- column quantities: The numbers; null where a figure is not reported, and for every sum of it | 数值；数据项未报告时为空（其合计亦为空）
-- column inexact_cells: Figures printed as "at least" or "about"; null where there are none | 其中“至少”“约”的数据项；没有则为空
SELECT
    l.document_number,
    l.form_hash,
    list_concat(
        l.figures,
        list_transform(
            form.sums,
            lambda s: nullif(
                round(
                    -- NaN is kept by every sum, and a product takes no null
                    list_inner_product(
                        list_transform(s.places, lambda place: coalesce(l.figures[place], 'NaN')), s.signs
                    ),
                    6
                ),
                'NaN'
            ) + 0  -- no minus zero
        )
    ) AS quantities,
    l.inexact_cells
FROM core.figure_list AS l
JOIN core.form AS form ON form.form_hash = l.form_hash
