select * from accounts
