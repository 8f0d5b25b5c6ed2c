-- The owner of record. The export does not say since when.
select account_number as account_id, person(owner_rep_id) as rep_id, 'owner' as role, '2017-07-01' as from_on, _file, _line
from accounts
order by account_id::int
