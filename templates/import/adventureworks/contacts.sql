-- The mail address is the only key; it is unique.
select split_part(c.EmailAddress, '@', 1) as contact_id, coalesce(a.account_number, 'no account ' || c.account_id) as account_id,
    concat_ws(' ', c.Title, c.FirstName, c.MiddleName, c.LastName, c.Suffix) as name, c.ContactType as title,
    c._file, c._line
from contacts c left join accounts a on a.account_id = c.account_id
order by c._line
