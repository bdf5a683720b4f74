-- question: Who applies: what share of applications comes from natural persons and from organisations? | 申请人构成：自然人与各类组织各占多少？
SELECT
    province_name,
    report_year,
    requests_received,
    received_from_natural_person_share,
    received_from_business_share,
    received_from_research_share,
    received_from_nonprofit_share,
    received_from_legal_service_share,
    received_from_other_organisation_share,
    basis
FROM mart.province_year
WHERE received_from_natural_person_share IS NOT NULL
ORDER BY report_year DESC, province_code
