-- what: What the reports of one role in one division and year come to, its measures side by side | 各区划年度同一角色报告的合计，各指标并列存放
-- grain: place_number, role
-- column place_number: Division and year, as in core.division_year | 区划与年度（见core.division_year）
-- column role: How the reports count: territory_total, own_level, single_agency or scope_unknown | 报告在汇总中的角色
-- column numerators: Sum of each measure, or of the numerators of a rate, in the order of ref.measure; null where no report gives it
--   whole and by the definition of its year | 各指标合计（比率为分子合计），按ref.measure顺序；无完整且口径一致的报告者为空
-- column denominators: Sums of the denominators over the same reports, of the rates alone | 相同报告的分母合计，仅含比率
-- column report_counts: Reports added up | 相加的报告数
-- column qualities: The worst comparability of the figures in them | 其中最差的可比程度
-- column inexact_counts: Figures in them that are printed as "at least" or "about"; null where there are none at all | 其中“至少”“约”的数据项数；全无则为空
WITH
unit AS (
    SELECT v.document_number, p.place_number, v.role
    FROM core.report_version AS v
    JOIN core.division_year AS p ON p.report_year = v.report_year AND p.division_code = v.rollup_code
    WHERE v.status = 'canonical' AND NOT v.is_overlapping
        AND v.role IN ('territory_total', 'own_level', 'single_agency', 'scope_unknown')
),
-- where each measure stands in the list of quantities; the 27 rates come last
form AS (
    SELECT
        form.form_hash,
        list(f.numerator_place ORDER BY m.measure) AS n,
        list(f.denominator_place ORDER BY m.measure) AS d,
        list(f.quality ORDER BY m.measure) AS quality
    FROM core.form AS form
    CROSS JOIN ref.measure AS m
    LEFT JOIN core.form_measure AS f ON f.form_hash = form.form_hash AND f.measure = m.measure AND f.is_comparable
    GROUP BY form.form_hash
),
given AS (
    SELECT unit.place_number, unit.role, quantity.quantities AS q, form.n, form.d, form.quality
    FROM unit
    JOIN core.quantity AS quantity ON quantity.document_number = unit.document_number
    JOIN form ON form.form_hash = quantity.form_hash
),
-- a hundred sums in one row cost a tenth of a hundred rows with one
summed AS (
    SELECT
        place_number,
        role,
        [
            sum(q[n[1]]), sum(q[n[2]]), sum(q[n[3]]), sum(q[n[4]]), sum(q[n[5]]), sum(q[n[6]]), sum(q[n[7]]),
            sum(q[n[8]]), sum(q[n[9]]), sum(q[n[10]]), sum(q[n[11]]), sum(q[n[12]]), sum(q[n[13]]), sum(q[n[14]]),
            sum(q[n[15]]), sum(q[n[16]]), sum(q[n[17]]), sum(q[n[18]]), sum(q[n[19]]), sum(q[n[20]]), sum(q[n[21]]),
            sum(q[n[22]]), sum(q[n[23]]), sum(q[n[24]]), sum(q[n[25]]), sum(q[n[26]]), sum(q[n[27]]), sum(q[n[28]]),
            sum(q[n[29]]), sum(q[n[30]]), sum(q[n[31]]), sum(q[n[32]]), sum(q[n[33]]), sum(q[n[34]]), sum(q[n[35]]),
            sum(q[n[36]]), sum(q[n[37]]), sum(q[n[38]]), sum(q[n[39]]), sum(q[n[40]]), sum(q[n[41]]), sum(q[n[42]]),
            sum(q[n[43]]), sum(q[n[44]]), sum(q[n[45]]), sum(q[n[46]]), sum(q[n[47]]), sum(q[n[48]]), sum(q[n[49]]),
            sum(q[n[50]]), sum(q[n[51]]), sum(q[n[52]]), sum(q[n[53]]), sum(q[n[54]]), sum(q[n[55]]), sum(q[n[56]]),
            sum(q[n[57]]), sum(q[n[58]]), sum(q[n[59]]), sum(q[n[60]]), sum(q[n[61]]), sum(q[n[62]]), sum(q[n[63]]),
            sum(q[n[64]]), sum(q[n[65]]), sum(q[n[66]]), sum(q[n[67]]), sum(q[n[68]]), sum(q[n[69]]), sum(q[n[70]]),
            sum(q[n[71]]), sum(q[n[72]]), sum(q[n[73]]),
            -- rates, over the reports that give both sides
            sum(q[n[74]] + 0 * q[d[74]]), sum(q[n[75]] + 0 * q[d[75]]), sum(q[n[76]] + 0 * q[d[76]]), sum(q[n[77]] + 0 * q[d[77]]),
            sum(q[n[78]] + 0 * q[d[78]]), sum(q[n[79]] + 0 * q[d[79]]), sum(q[n[80]] + 0 * q[d[80]]), sum(q[n[81]] + 0 * q[d[81]]),
            sum(q[n[82]] + 0 * q[d[82]]), sum(q[n[83]] + 0 * q[d[83]]), sum(q[n[84]] + 0 * q[d[84]]), sum(q[n[85]] + 0 * q[d[85]]),
            sum(q[n[86]] + 0 * q[d[86]]), sum(q[n[87]] + 0 * q[d[87]]), sum(q[n[88]] + 0 * q[d[88]]), sum(q[n[89]] + 0 * q[d[89]]),
            sum(q[n[90]] + 0 * q[d[90]]), sum(q[n[91]] + 0 * q[d[91]]), sum(q[n[92]] + 0 * q[d[92]]), sum(q[n[93]] + 0 * q[d[93]]),
            sum(q[n[94]] + 0 * q[d[94]]), sum(q[n[95]] + 0 * q[d[95]]), sum(q[n[96]] + 0 * q[d[96]]), sum(q[n[97]] + 0 * q[d[97]]),
            sum(q[n[98]] + 0 * q[d[98]]), sum(q[n[99]] + 0 * q[d[99]]), sum(q[n[100]] + 0 * q[d[100]])
        ] AS numerators,
        [
            sum(q[d[74]] + 0 * q[n[74]]), sum(q[d[75]] + 0 * q[n[75]]), sum(q[d[76]] + 0 * q[n[76]]), sum(q[d[77]] + 0 * q[n[77]]),
            sum(q[d[78]] + 0 * q[n[78]]), sum(q[d[79]] + 0 * q[n[79]]), sum(q[d[80]] + 0 * q[n[80]]), sum(q[d[81]] + 0 * q[n[81]]),
            sum(q[d[82]] + 0 * q[n[82]]), sum(q[d[83]] + 0 * q[n[83]]), sum(q[d[84]] + 0 * q[n[84]]), sum(q[d[85]] + 0 * q[n[85]]),
            sum(q[d[86]] + 0 * q[n[86]]), sum(q[d[87]] + 0 * q[n[87]]), sum(q[d[88]] + 0 * q[n[88]]), sum(q[d[89]] + 0 * q[n[89]]),
            sum(q[d[90]] + 0 * q[n[90]]), sum(q[d[91]] + 0 * q[n[91]]), sum(q[d[92]] + 0 * q[n[92]]), sum(q[d[93]] + 0 * q[n[93]]),
            sum(q[d[94]] + 0 * q[n[94]]), sum(q[d[95]] + 0 * q[n[95]]), sum(q[d[96]] + 0 * q[n[96]]), sum(q[d[97]] + 0 * q[n[97]]),
            sum(q[d[98]] + 0 * q[n[98]]), sum(q[d[99]] + 0 * q[n[99]]), sum(q[d[100]] + 0 * q[n[100]])
        ] AS denominators,
        [
            count(q[n[1]]), count(q[n[2]]), count(q[n[3]]), count(q[n[4]]), count(q[n[5]]), count(q[n[6]]), count(q[n[7]]),
            count(q[n[8]]), count(q[n[9]]), count(q[n[10]]), count(q[n[11]]), count(q[n[12]]), count(q[n[13]]), count(q[n[14]]),
            count(q[n[15]]), count(q[n[16]]), count(q[n[17]]), count(q[n[18]]), count(q[n[19]]), count(q[n[20]]), count(q[n[21]]),
            count(q[n[22]]), count(q[n[23]]), count(q[n[24]]), count(q[n[25]]), count(q[n[26]]), count(q[n[27]]), count(q[n[28]]),
            count(q[n[29]]), count(q[n[30]]), count(q[n[31]]), count(q[n[32]]), count(q[n[33]]), count(q[n[34]]), count(q[n[35]]),
            count(q[n[36]]), count(q[n[37]]), count(q[n[38]]), count(q[n[39]]), count(q[n[40]]), count(q[n[41]]), count(q[n[42]]),
            count(q[n[43]]), count(q[n[44]]), count(q[n[45]]), count(q[n[46]]), count(q[n[47]]), count(q[n[48]]), count(q[n[49]]),
            count(q[n[50]]), count(q[n[51]]), count(q[n[52]]), count(q[n[53]]), count(q[n[54]]), count(q[n[55]]), count(q[n[56]]),
            count(q[n[57]]), count(q[n[58]]), count(q[n[59]]), count(q[n[60]]), count(q[n[61]]), count(q[n[62]]), count(q[n[63]]),
            count(q[n[64]]), count(q[n[65]]), count(q[n[66]]), count(q[n[67]]), count(q[n[68]]), count(q[n[69]]), count(q[n[70]]),
            count(q[n[71]]), count(q[n[72]]), count(q[n[73]]),
            count(q[n[74]] + q[d[74]]), count(q[n[75]] + q[d[75]]), count(q[n[76]] + q[d[76]]), count(q[n[77]] + q[d[77]]),
            count(q[n[78]] + q[d[78]]), count(q[n[79]] + q[d[79]]), count(q[n[80]] + q[d[80]]), count(q[n[81]] + q[d[81]]),
            count(q[n[82]] + q[d[82]]), count(q[n[83]] + q[d[83]]), count(q[n[84]] + q[d[84]]), count(q[n[85]] + q[d[85]]),
            count(q[n[86]] + q[d[86]]), count(q[n[87]] + q[d[87]]), count(q[n[88]] + q[d[88]]), count(q[n[89]] + q[d[89]]),
            count(q[n[90]] + q[d[90]]), count(q[n[91]] + q[d[91]]), count(q[n[92]] + q[d[92]]), count(q[n[93]] + q[d[93]]),
            count(q[n[94]] + q[d[94]]), count(q[n[95]] + q[d[95]]), count(q[n[96]] + q[d[96]]), count(q[n[97]] + q[d[97]]),
            count(q[n[98]] + q[d[98]]), count(q[n[99]] + q[d[99]]), count(q[n[100]] + q[d[100]])
        ] AS report_counts,
        [
            max(CASE WHEN q[n[1]] IS NOT NULL THEN quality[1] END), max(CASE WHEN q[n[2]] IS NOT NULL THEN quality[2] END),
            max(CASE WHEN q[n[3]] IS NOT NULL THEN quality[3] END), max(CASE WHEN q[n[4]] IS NOT NULL THEN quality[4] END),
            max(CASE WHEN q[n[5]] IS NOT NULL THEN quality[5] END), max(CASE WHEN q[n[6]] IS NOT NULL THEN quality[6] END),
            max(CASE WHEN q[n[7]] IS NOT NULL THEN quality[7] END), max(CASE WHEN q[n[8]] IS NOT NULL THEN quality[8] END),
            max(CASE WHEN q[n[9]] IS NOT NULL THEN quality[9] END), max(CASE WHEN q[n[10]] IS NOT NULL THEN quality[10] END),
            max(CASE WHEN q[n[11]] IS NOT NULL THEN quality[11] END), max(CASE WHEN q[n[12]] IS NOT NULL THEN quality[12] END),
            max(CASE WHEN q[n[13]] IS NOT NULL THEN quality[13] END), max(CASE WHEN q[n[14]] IS NOT NULL THEN quality[14] END),
            max(CASE WHEN q[n[15]] IS NOT NULL THEN quality[15] END), max(CASE WHEN q[n[16]] IS NOT NULL THEN quality[16] END),
            max(CASE WHEN q[n[17]] IS NOT NULL THEN quality[17] END), max(CASE WHEN q[n[18]] IS NOT NULL THEN quality[18] END),
            max(CASE WHEN q[n[19]] IS NOT NULL THEN quality[19] END), max(CASE WHEN q[n[20]] IS NOT NULL THEN quality[20] END),
            max(CASE WHEN q[n[21]] IS NOT NULL THEN quality[21] END), max(CASE WHEN q[n[22]] IS NOT NULL THEN quality[22] END),
            max(CASE WHEN q[n[23]] IS NOT NULL THEN quality[23] END), max(CASE WHEN q[n[24]] IS NOT NULL THEN quality[24] END),
            max(CASE WHEN q[n[25]] IS NOT NULL THEN quality[25] END), max(CASE WHEN q[n[26]] IS NOT NULL THEN quality[26] END),
            max(CASE WHEN q[n[27]] IS NOT NULL THEN quality[27] END), max(CASE WHEN q[n[28]] IS NOT NULL THEN quality[28] END),
            max(CASE WHEN q[n[29]] IS NOT NULL THEN quality[29] END), max(CASE WHEN q[n[30]] IS NOT NULL THEN quality[30] END),
            max(CASE WHEN q[n[31]] IS NOT NULL THEN quality[31] END), max(CASE WHEN q[n[32]] IS NOT NULL THEN quality[32] END),
            max(CASE WHEN q[n[33]] IS NOT NULL THEN quality[33] END), max(CASE WHEN q[n[34]] IS NOT NULL THEN quality[34] END),
            max(CASE WHEN q[n[35]] IS NOT NULL THEN quality[35] END), max(CASE WHEN q[n[36]] IS NOT NULL THEN quality[36] END),
            max(CASE WHEN q[n[37]] IS NOT NULL THEN quality[37] END), max(CASE WHEN q[n[38]] IS NOT NULL THEN quality[38] END),
            max(CASE WHEN q[n[39]] IS NOT NULL THEN quality[39] END), max(CASE WHEN q[n[40]] IS NOT NULL THEN quality[40] END),
            max(CASE WHEN q[n[41]] IS NOT NULL THEN quality[41] END), max(CASE WHEN q[n[42]] IS NOT NULL THEN quality[42] END),
            max(CASE WHEN q[n[43]] IS NOT NULL THEN quality[43] END), max(CASE WHEN q[n[44]] IS NOT NULL THEN quality[44] END),
            max(CASE WHEN q[n[45]] IS NOT NULL THEN quality[45] END), max(CASE WHEN q[n[46]] IS NOT NULL THEN quality[46] END),
            max(CASE WHEN q[n[47]] IS NOT NULL THEN quality[47] END), max(CASE WHEN q[n[48]] IS NOT NULL THEN quality[48] END),
            max(CASE WHEN q[n[49]] IS NOT NULL THEN quality[49] END), max(CASE WHEN q[n[50]] IS NOT NULL THEN quality[50] END),
            max(CASE WHEN q[n[51]] IS NOT NULL THEN quality[51] END), max(CASE WHEN q[n[52]] IS NOT NULL THEN quality[52] END),
            max(CASE WHEN q[n[53]] IS NOT NULL THEN quality[53] END), max(CASE WHEN q[n[54]] IS NOT NULL THEN quality[54] END),
            max(CASE WHEN q[n[55]] IS NOT NULL THEN quality[55] END), max(CASE WHEN q[n[56]] IS NOT NULL THEN quality[56] END),
            max(CASE WHEN q[n[57]] IS NOT NULL THEN quality[57] END), max(CASE WHEN q[n[58]] IS NOT NULL THEN quality[58] END),
            max(CASE WHEN q[n[59]] IS NOT NULL THEN quality[59] END), max(CASE WHEN q[n[60]] IS NOT NULL THEN quality[60] END),
            max(CASE WHEN q[n[61]] IS NOT NULL THEN quality[61] END), max(CASE WHEN q[n[62]] IS NOT NULL THEN quality[62] END),
            max(CASE WHEN q[n[63]] IS NOT NULL THEN quality[63] END), max(CASE WHEN q[n[64]] IS NOT NULL THEN quality[64] END),
            max(CASE WHEN q[n[65]] IS NOT NULL THEN quality[65] END), max(CASE WHEN q[n[66]] IS NOT NULL THEN quality[66] END),
            max(CASE WHEN q[n[67]] IS NOT NULL THEN quality[67] END), max(CASE WHEN q[n[68]] IS NOT NULL THEN quality[68] END),
            max(CASE WHEN q[n[69]] IS NOT NULL THEN quality[69] END), max(CASE WHEN q[n[70]] IS NOT NULL THEN quality[70] END),
            max(CASE WHEN q[n[71]] IS NOT NULL THEN quality[71] END), max(CASE WHEN q[n[72]] IS NOT NULL THEN quality[72] END),
            max(CASE WHEN q[n[73]] IS NOT NULL THEN quality[73] END),
            max(CASE WHEN q[n[74]] + q[d[74]] IS NOT NULL THEN quality[74] END),
            max(CASE WHEN q[n[75]] + q[d[75]] IS NOT NULL THEN quality[75] END),
            max(CASE WHEN q[n[76]] + q[d[76]] IS NOT NULL THEN quality[76] END),
            max(CASE WHEN q[n[77]] + q[d[77]] IS NOT NULL THEN quality[77] END),
            max(CASE WHEN q[n[78]] + q[d[78]] IS NOT NULL THEN quality[78] END),
            max(CASE WHEN q[n[79]] + q[d[79]] IS NOT NULL THEN quality[79] END),
            max(CASE WHEN q[n[80]] + q[d[80]] IS NOT NULL THEN quality[80] END),
            max(CASE WHEN q[n[81]] + q[d[81]] IS NOT NULL THEN quality[81] END),
            max(CASE WHEN q[n[82]] + q[d[82]] IS NOT NULL THEN quality[82] END),
            max(CASE WHEN q[n[83]] + q[d[83]] IS NOT NULL THEN quality[83] END),
            max(CASE WHEN q[n[84]] + q[d[84]] IS NOT NULL THEN quality[84] END),
            max(CASE WHEN q[n[85]] + q[d[85]] IS NOT NULL THEN quality[85] END),
            max(CASE WHEN q[n[86]] + q[d[86]] IS NOT NULL THEN quality[86] END),
            max(CASE WHEN q[n[87]] + q[d[87]] IS NOT NULL THEN quality[87] END),
            max(CASE WHEN q[n[88]] + q[d[88]] IS NOT NULL THEN quality[88] END),
            max(CASE WHEN q[n[89]] + q[d[89]] IS NOT NULL THEN quality[89] END),
            max(CASE WHEN q[n[90]] + q[d[90]] IS NOT NULL THEN quality[90] END),
            max(CASE WHEN q[n[91]] + q[d[91]] IS NOT NULL THEN quality[91] END),
            max(CASE WHEN q[n[92]] + q[d[92]] IS NOT NULL THEN quality[92] END),
            max(CASE WHEN q[n[93]] + q[d[93]] IS NOT NULL THEN quality[93] END),
            max(CASE WHEN q[n[94]] + q[d[94]] IS NOT NULL THEN quality[94] END),
            max(CASE WHEN q[n[95]] + q[d[95]] IS NOT NULL THEN quality[95] END),
            max(CASE WHEN q[n[96]] + q[d[96]] IS NOT NULL THEN quality[96] END),
            max(CASE WHEN q[n[97]] + q[d[97]] IS NOT NULL THEN quality[97] END),
            max(CASE WHEN q[n[98]] + q[d[98]] IS NOT NULL THEN quality[98] END),
            max(CASE WHEN q[n[99]] + q[d[99]] IS NOT NULL THEN quality[99] END),
            max(CASE WHEN q[n[100]] + q[d[100]] IS NOT NULL THEN quality[100] END)
        ] AS qualities
    FROM given
    GROUP BY place_number, role
),
-- few reports print such figures
inexact AS (
    SELECT
        unit.place_number, unit.role, f.measure,
        sum(len(list_filter(f.cells, lambda cell: list_contains(quantity.inexact_cells, cell))))::INTEGER AS inexact_count
    FROM unit
    JOIN core.quantity AS quantity ON quantity.document_number = unit.document_number
    JOIN core.form_measure AS f ON f.form_hash = quantity.form_hash
    WHERE quantity.inexact_cells IS NOT NULL AND f.is_comparable
        AND quantity.quantities[f.numerator_place] IS NOT NULL
        AND quantity.quantities[coalesce(f.denominator_place, f.numerator_place)] IS NOT NULL
    GROUP BY unit.place_number, unit.role, f.measure
),
inexact_list AS (
    SELECT i.place_number, i.role, list(coalesce(inexact.inexact_count, 0) ORDER BY m.measure) AS inexact_counts
    FROM (SELECT DISTINCT place_number, role FROM inexact) AS i
    CROSS JOIN ref.measure AS m
    LEFT JOIN inexact ON inexact.place_number = i.place_number AND inexact.role = i.role AND inexact.measure = m.measure
    GROUP BY i.place_number, i.role
)
SELECT
    summed.place_number,
    summed.role,
    summed.numerators,
    summed.denominators,
    summed.report_counts,
    summed.qualities,
    i.inexact_counts
FROM summed
LEFT JOIN inexact_list AS i ON i.place_number = summed.place_number AND i.role = summed.role
