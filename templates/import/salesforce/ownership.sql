-- The owner of record since the account was created (since 2000-01-01 where the export does not say).
select a.id as account_id, a.owner_id as rep_id, 'owner' as role, coalesce(day(a.created_date), date '2000-01-01') as from_on,
    case when gone(a.is_deleted) or a.master_record_id is not null then 'deleted in the CRM' when a.owner_id is null then 'the account has no owner' end as _reject,
    a._file, a._line
from account a
order by a._line
